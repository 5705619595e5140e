import CaselightModel
import CaselightWorkerProtocol
import Testing

@Suite struct MessageFramingTests {
    private let still = StillOrder(
        request: 7, initialization: [1, 2, 3], keyframe: (0..<5000).map { UInt8(truncatingIfNeeded: $0) }, widthPixels: 320)

    private func read(_ bytes: [UInt8], pieceByteCount: Int) throws -> [WorkerCommand] {
        var reader = MessageReader<WorkerCommand>()
        var commands: [WorkerCommand] = []
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            reader.append(Array(bytes[start..<min(start + pieceByteCount, bytes.count)]))
            while let command = try reader.next() { commands.append(command) }
        }
        return commands
    }

    @Test(arguments: [1, 7, 4096, 100_000])
    func bytesComeBackHoweverTheyAreCut(pieceByteCount: Int) throws {
        let bytes = try MessageFraming.encode(WorkerCommand.still(still)) + MessageFraming.encode(WorkerCommand.cancel(request: 9))
        let commands = try read(bytes, pieceByteCount: pieceByteCount)
        #expect(commands.count == 2)
        guard case .still(let order)? = commands.first else { Issue.record("not a still"); return }
        #expect(order == still)
    }

    @Test func attachedBytesAreNoText() throws {
        let byteCount = try MessageFraming.encode(WorkerCommand.still(still)).count
        #expect(byteCount < still.keyframe.bytes.count + 300)
    }

    @Test func progressComesBackAsItWas() throws {
        let batch = ProgressBatch([
            SegmentProgress(
                id: SegmentID(run: RunID(.max), sequence: .max), endsAt: WallTime(microseconds: -1), byteCount: .max, audioByteCount: nil),
            SegmentProgress(
                id: SegmentID(run: RunID(1), sequence: 0), endsAt: WallTime(microseconds: 1_795_000_000_000_000), byteCount: 0, audioByteCount: 5,
                keyframes: KeyframeTable([Keyframe(time: WallTime(microseconds: 7), offset: 900, byteCount: 40_000)], from: .distantPast),
                activity: ActivityTable(bytesPerSecond: [0, 12_000])),
            SegmentProgress(
                id: SegmentID(run: RunID(2), sequence: 9), endsAt: WallTime(microseconds: 3), byteCount: 1, audioByteCount: nil,
                keyframes: .empty, activity: .empty),
        ])
        var reader = MessageReader<WorkerEvent>()
        reader.append(try MessageFraming.encode(WorkerEvent.progress(batch)))
        guard case .progress(let read)? = try reader.next() else { Issue.record("not progress"); return }
        #expect(read == batch)
    }

    @Test(arguments: [
        [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B, 0x7D], [0, 0, 0, 1, 0, 0, 0, 0, 0x7B],
        // Claims bytes that the message does not have.
        [0, 0, 0, 2, 0, 0, 0, 1, 0x7B, 0x7D, 0],
    ] as [[UInt8]])
    func refusesWhatIsNoMessage(bytes: [UInt8]) {
        var reader = MessageReader<WorkerCommand>()
        reader.append(bytes)
        #expect(throws: CaselightError.self) { try reader.next() }
    }

    @Test func refusesBytesThatAreNotThere() throws {
        var bytes = try MessageFraming.encode(WorkerCommand.still(still))
        // The attachments' length says nothing comes.
        bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
        var reader = MessageReader<WorkerCommand>()
        reader.append(bytes)
        #expect(throws: CaselightError.self) { try reader.next() }
    }
}
