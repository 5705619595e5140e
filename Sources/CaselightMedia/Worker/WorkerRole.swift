package import CaselightModel
package import CaselightWorkerProtocol

/// What a worker does with its commands: the two faces of `caselight-media`.
package protocol WorkerRole: Sendable {
    /// Never blocks for long: what blocks gets a thread.
    func take(_ command: WorkerCommand)
    /// Ends all work; returns when all is on disk and reported.
    func drain(_ reason: EndReason)
}
