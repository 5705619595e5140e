import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// What was done for incidents: an incident's timeline, and all of them as they happen.
    var stepRoutes: [Route] {
        [
            Route(.get, "/api/v1/incidents/{number}/timeline", Self.boardReaders, query: ["after", "limit"], handler: timeline),
            Route(.get, "/api/v1/events", Self.boardReaders, query: ["after"], handler: events),
        ]
    }

    private struct StepPage: Encodable {
        let steps: [CaseStep]
        /// The last step's id, where there may be more.
        let nextCursor: Int64?
    }

    private func timeline(_ call: Call) async throws -> Response {
        let (number, principal) = (try await existingIncident(call).number, try call.principal())
        let (after, limit) = (try call.query.sequence("after") ?? 0, try call.query.limit(limits))
        let found = try await board.steps(of: number, after: after, limit: limit + 1)
        var steps: [CaseStep] = []
        for step in found.prefix(limit) {
            if let shown = try await shown(step, to: principal) { steps.append(shown) }
        }
        return try JSONReply.response(StepPage(steps: steps, nextCursor: found.count > limit ? found[limit - 1].id : nil))
    }

    /// The step as somebody may see it who knows of its incident: what tells of footage is for those who may search it, of cameras in
    /// their scope.
    func shown(_ step: CaseStep, to principal: Principal) async throws -> CaseStep? {
        guard step.kind.isAboutFootage || step.camera != nil else { return step }
        let mayKnow = if let camera = step.camera { try await gate.knows(camera, principal) } else { true }
        if principal.has(.investigator), mayKnow { return step }
        guard !step.kind.isAboutFootage else { return nil }
        var step = step
        (step.camera, step.span) = (nil, nil)
        return step
    }

    // MARK: As they happen

    /// Steps read at a time; a subscriber that was away long catches up page by page.
    private static let pageCount = 200
    private static let lookInterval = Duration.seconds(2)
    /// Looks between which a line is sent though nothing happened, so that proxies keep the connection and a dead one is found.
    private static let quietCount = 8

    private func events(_ call: Call) async throws -> Response {
        let stated = try call.request.headers[.lastEventID].map { text throws(CaselightError) in
            guard let id = Int64(text), id >= 0 else {
                throw CaselightError(.invalidValue, "tell of steps", because: "Last-Event-ID is not the id of one")
            }
            return id
        }
        let asked = try call.query.sequence("after")
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        guard call.request.method != .head else { return Response(status: .ok, headers: headers) }
        let slot = try HeldSlot(of: eventSlots)
        let first = if let known = stated ?? asked { known } else { try await board.lastStepID() }
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(slot) {} }
            // A first line opens the stream at once, and says where it begins.
            try await writer.write(ByteBuffer(string: "retry: 1000\nid: \(first)\n\n"))
            try await tell(stepsAfter: first, call) { try await writer.write($0) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Until the asker's right ends, or the connection does.
    private func tell(stepsAfter first: Int64, _ call: Call, _ write: (ByteBuffer) async throws -> Void) async throws {
        let wakes = Wakes(board.stepNews(), every: Self.lookInterval)
        defer { wakes.end() }
        var (last, quiet, principal) = (first, 0, try call.principal())
        var isBehind = true
        for await wake in wakes.stream {
            if wake == .timer {
                // Who was revoked meanwhile hears no more; a browser that comes back is told why.
                guard let known = try await stillKnown(call), Self.boardReaders.admits(known) else { return }
                principal = known
                quiet += 1
                if quiet.isMultiple(of: Self.quietCount) { try await write(ByteBuffer(string: ": quiet\n\n")) }
            }
            isBehind = isBehind || wake == .news
            while isBehind {
                let steps = try await board.steps(of: nil, after: last, limit: Self.pageCount)
                for step in steps {
                    last = step.id
                    guard let event = try await event(step, for: principal) else { continue }
                    try await write(event)
                    quiet = 0
                }
                isBehind = steps.count == Self.pageCount
            }
        }
    }

    private func stillKnown(_ call: Call) async throws -> Principal? {
        do {
            return try await gatekeeper.principal(of: call.request, call.context)
        } catch let error as CaselightError where [.unauthenticated, .forbidden].contains(error.code) {
            return nil
        }
    }

    private func event(_ step: CaseStep, for principal: Principal) async throws -> ByteBuffer? {
        if principal.scope != .all {
            guard let incident = try await records.incident(step.incident), Gate.knows(incident, principal) else { return nil }
        }
        guard let shown = try await shown(step, to: principal) else { return nil }
        var event = ByteBuffer(string: "id: \(shown.id)\nevent: step\ndata: ")
        event.writeImmutableBuffer(JSONReply.buffer(shown))
        event.writeString("\n\n")
        return event
    }
}

/// News and the beat of a timer as one stream; what is not taken up yet is said once.
private struct Wakes {
    enum Wake { case news, timer }

    let stream: AsyncStream<Wake>
    private let tasks: [Task<Void, Never>]

    init(_ news: AsyncStream<Void>, every interval: Duration) {
        let (stream, continuation) = AsyncStream.makeStream(of: Wake.self, bufferingPolicy: .bufferingNewest(4))
        self.stream = stream
        // What came before the subscription is read first.
        continuation.yield(.news)
        tasks = [
            Task { for await _ in news { continuation.yield(.news) } },
            Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    continuation.yield(.timer)
                }
            },
        ]
    }

    func end() { for task in tasks { task.cancel() } }
}
