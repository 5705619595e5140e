internal import CaselightModel
package import CaselightWorkerProtocol

/// Where a worker's footage goes, as `caselight-media` joins it together with the archive's writer.
package struct SegmentStore: Sendable {
    package let sink: any SegmentSink
    /// Blocks until all that was given is on disk and reported.
    package let drain: @Sendable () -> Void

    package init(sink: any SegmentSink, drain: @Sendable @escaping () -> Void) {
        self.sink = sink
        self.drain = drain
    }

    package typealias Maker = @Sendable (WorkerSettings, @Sendable @escaping (WorkerEvent) -> Void) -> SegmentStore
}
