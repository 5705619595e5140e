import CaselightArchive
import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Metrics
import Logging
import NIOCore

extension API {
    /// Recorded files handed over by a shop or pulled from a recorder.
    var handoverRoutes: [Route] {
        [
            Route(
                .post, "/api/v1/cameras/{code}/footage", .roles([.investigator, .cameraAdmin]), act: .footageReceived,
                query: ["name", "startsAt"], required: ["name"], handler: takeInFootage)
        ]
    }

    static let fileNameLimit = 200

    /// Keeps the file byte for byte as it arrives, then has it indexed, and tells how far that is, a line at a time.
    private func takeInFootage(_ call: Call) async throws -> Response {
        let camera = try await existingCamera(call)
        let startsAt = try call.query.time("startsAt")
        let name = call.query.text("name") ?? ""
        guard name.count <= Self.fileNameLimit, !name.contains("/"), !name.contains("\n"), !name.contains("\r") else {
            throw CaselightError(
                .invalidValue, "take in this file", because: "its name must be at most \(Self.fileNameLimit) characters, without '/' and line breaks")
        }
        try await consultations.allow(.footageReceived, call, camera: camera.code, detail: "file \(name)")
        try uploadSlots.take()
        do {
            let order = try await received(call, camera: camera.code, name: name, startsAt: startsAt)
            return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: importing(order))
        } catch {
            uploadSlots.giveBack()
            throw error
        }
    }

    private func received(_ call: Call, camera: CameraCode, name: String, startsAt: WallTime?) async throws -> FootageImport {
        if let text = call.request.headers[.contentLength], let length = Int64(text), length > limits.uploadBytes { throw tooLongFile() }
        let run = RunID.random()
        let receiver = try services.archive.receiveOriginal(camera: camera, run: run, name: name)
        do {
            var byteCount: Int64 = 0
            var pieces = call.request.body.makeAsyncIterator()
            while let piece = try await next(&pieces) {
                byteCount += Int64(piece.readableBytes)
                guard byteCount <= limits.uploadBytes else { throw tooLongFile() }
                ServerMetrics.receivedFileBytes.increment(by: piece.readableBytes)
                try await receiver.append(Array(buffer: piece))
            }
            guard byteCount > 0 else { throw CaselightError(.invalidValue, "take in '\(name)'", because: "the request's body is empty") }
            let original = try await receiver.finish()
            logger.notice("footage handed over", metadata: [
                "camera": "\(camera)", "run": "\(run)", "bytes": "\(original.byteCount)", "sha256": "\(original.sha256)",
            ])
            return FootageImport(
                camera: camera, run: run, path: original.path, name: name, sha256: original.sha256, startsAt: startsAt)
        } catch {
            await receiver.abandon()
            throw error
        }
    }

    private func next(_ pieces: inout RequestBody.AsyncIterator) async throws(CaselightError) -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch {
            throw Call.broken("file")
        }
    }

    private func tooLongFile() -> CaselightError {
        ServerMetrics.limitReached("uploadBytes")
        return CaselightError(.tooLarge, "take in this file", because: "it is longer than \(limits.uploadBytes) bytes")
    }

    private struct ProgressLine: Encodable, Sendable {
        let doneBytes: Int64
        let totalBytes: Int64
    }

    private struct DoneLine: Encodable {
        let run: RunID
        let camera: CameraCode
        let startedAt: WallTime
        let endedAt: WallTime?
        let segmentCount: Int
        let sha256: String
        let stream: StreamMetadata
    }

    /// The answer's lines: progress, and at the end the run, or the problem. A client that goes away ends the import.
    private func importing(_ order: FootageImport) -> ResponseBody {
        ResponseBody { writer in
            defer { uploadSlots.giveBack() }
            let (progress, teller) = AsyncStream.makeStream(of: ProgressLine.self, bufferingPolicy: .bufferingNewest(1))
            let last: ByteBuffer = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
                group.addTask {
                    defer { teller.finish() }
                    return await lastLine(order) { done, total in teller.yield(ProgressLine(doneBytes: done, totalBytes: total)) }
                }
                for await line in progress { try await writer.write(JSONReply.line(line)) }
                return try await group.next() ?? ByteBuffer()
            }
            try await writer.write(last)
            try await writer.finish(nil)
        }
    }

    private func lastLine(_ order: FootageImport, _ progress: @Sendable @escaping (Int64, Int64) -> Void) async -> ByteBuffer {
        do {
            return await doneLine(order, try await services.feeds.importFootage(order, progress: progress))
        } catch let error as CaselightError {
            await discard(order)
            logger.notice("footage refused", metadata: ["camera": "\(order.camera)", "run": "\(order.run)", "error": "\(error)"])
            return JSONReply.line(Problem(error))
        } catch {
            await discard(order)
            logger.error("footage import failed", metadata: ["camera": "\(order.camera)", "run": "\(order.run)", "error": "\(error)"])
            return JSONReply.line(Problem(CaselightError(.internalFailure, "take in '\(order.name)'", because: "something failed on the server's side")))
        }
    }

    /// From here on it is footage: whatever fails now, its file stays.
    private func doneLine(_ order: FootageImport, _ run: Run) async -> ByteBuffer {
        let span = TimeSpan(start: run.startedAt, end: max(run.endedAt ?? run.startedAt, run.startedAt + Microseconds(1)))
        do {
            let segments = try await index.segments(of: order.camera, overlapping: span, limit: Self.segmentCountLimit, detailed: false)
            return JSONReply.line(DoneLine(
                run: run.id, camera: run.camera, startedAt: run.startedAt, endedAt: run.endedAt,
                segmentCount: segments.count { $0.id.run == run.id }, sha256: order.sha256, stream: run.stream))
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(order.camera)", "run": "\(order.run)"])
            return JSONReply.line(Problem(CaselightError(
                .internalFailure, "count the segments of '\(order.name)', which was taken in as run \(run.id)", because: "the index does not answer")))
        }
    }

    /// Nothing of a refused file stays: its sender has it, and was told.
    private func discard(_ order: FootageImport) async {
        do {
            try await services.archive.discardOriginal(at: order.path)
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(order.camera)", "run": "\(order.run)"])
        }
    }
}
