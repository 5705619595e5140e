import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore

/// A consultation log in a folder, as `caselightd` keeps one, and acts to put into it.
struct BenchLog {
    static let origin = "caselight/bench"

    let store: SQLiteLogStore
    let book: ConsultationBook
    let checkpointPath: String
    let key: SigningKey

    static func open(in folder: String) async throws -> BenchLog {
        // Signs nothing that anybody relies on.
        let key = try SigningKey(seed: [UInt8](repeating: 7, count: SigningKey.seedByteCount))
        let store = try SQLiteLogStore.open(path: "\(folder)/log.db")
        let path = "\(folder)/log.checkpoints"
        let book = try await ConsultationBook.open(
            ConsultationBook.Parts(
                store: store, settings: LogSettings(origin: origin, checkpointPath: path), key: key, clock: SystemWallClock()))
        return BenchLog(store: store, book: book, checkpointPath: path, key: key)
    }

    /// - Returns: its sequence.
    @discardableResult
    func append(_ number: Int) async throws -> Int64 { try await book.append([Self.act(number)]) }

    func close() async throws {
        await book.close()
        try store.close()
    }

    /// As an installation has them: some people, some hundred cameras, an incident for nearly all.
    static func act(_ number: Int) throws -> LoggedAct {
        let actions: [LogAction] = [.search, .playback, .still, .watched, .link]
        let start = WallTime(microseconds: 1_772_431_200_000_000) + .seconds(Int64(number % 86_400))
        return LoggedAct(
            actions[number % actions.count],
            by: LogActor(who: "officer-\(number % 97)", unit: "刑侦三大队", roles: [.investigator], address: "10.20.\(number % 30).\(number % 200)"),
            outcome: number % 50 == 0 ? .refused : .allowed, camera: try CameraCode("51010700001310\(100_000 + number % 700)"),
            span: TimeSpan(start: start, end: start + .seconds(900)), incident: try IncidentNumber("A510107-2026-\(number % 400)"),
            purpose: number % 3 == 0 ? "寻找嫌疑人骑电动三轮车离开的方向" : nil, detail: "act \(number)")
    }
}
