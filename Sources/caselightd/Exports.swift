import CaselightEvidence
import CaselightExport
import CaselightIngest
import CaselightLog
import CaselightModel
import CaselightServer
import CaselightStore
import Foundation
import Glibc
import Logging

/// The exporter as the server asks it.
struct Exports: ExportDesk {
    let exporter: Exporter

    /// Packages lie on a disk; reading them waits for it, and nothing else may.
    private static let lane = ThreadLane(name: "package", threadCount: 2)

    func begin(_ order: ExportOrder) async throws { try await exporter.submit(order) }
    func progress(of order: ExportOrder) async -> ExportProgress { exporter.progress(of: order) }

    func lateTimestamp(of order: ExportOrder) async -> [UInt8]? {
        await Task(executorPreference: Self.lane) { exporter.lateTimestamp(of: order) }.value
    }

    func bytes(of order: ExportOrder, in range: Range<Int64>) async throws -> [UInt8] {
        let path = try exporter.packagePath(of: order)
        let result: Result<[UInt8], CaselightError> = await Task(executorPreference: Self.lane) { Self.read(path, range) }.value
        return try result.get()
    }

    private static func read(_ path: String, _ range: Range<Int64>) -> Result<[UInt8], CaselightError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .failure(
                CaselightError(
                    .notFound, "read the package '\(path)'", because: String(cString: strerror(errno)),
                    remedy: "Bring it back from a copy, or export the same clips again: their hold keeps the footage."))
        }
        defer { close(descriptor) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, range.count - count, off_t(range.lowerBound) + count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { break }
                count += got
            }
        }
        guard failure == 0 else {
            return .failure(CaselightError(.diskFailed, "read the package '\(path)'", because: String(cString: strerror(failure))))
        }
        return .success(bytes)
    }
}

extension Parts {
    /// What exports stand on.
    func exportServices(
        log: OpenedLog, holds: HoldBook, desk: MediaDesk, settings: Settings, clock: any WallClock
    ) -> ExportServices {
        var services = ExportServices(
            records: records, cases: records, accounts: records, index: index, archive: archive, clips: desk, stills: desk, holds: holds,
            log: log.book, logStore: log.store, key: log.key, clock: clock, logger: Logger(label: "export"))
        if !settings.timestampURL.isEmpty {
            let post = OutgoingPost(url: settings.timestampURL, contentType: TimestampRequest.mediaType)
            let authority = TimestampAuthority(name: post.place, trust: nil) { request in try await post.send(request) }
            services.hasAuthority = true
            services.timestamp = { manifest in await authority.timestamp(of: manifest) }
        }
        return services
    }
}

extension Settings {
    var exports: ExportSettings {
        var exports = ExportSettings(folder: exportsPath)
        exports.keepSpan = .days(Int64(exportKeepDays))
        return exports
    }
}
