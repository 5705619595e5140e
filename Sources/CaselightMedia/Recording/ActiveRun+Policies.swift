internal import CaselightModel
internal import CaselightSlices
internal import CaselightWorkerProtocol

/// The policies that keep less than all.
extension ActiveRun {
    /// How often the stretch that nothing is kept of is reported.
    private static let reportUs: Int64 = 1_000_000
    /// Frames of a stretch that nobody asked for yet: an hour of a fast camera.
    private static let droppedLimit = 100_000

    /// Drops what the policy does not keep, noting that it was there.
    ///
    /// - Returns: whether the packet is done with.
    func keepLess(
        _ bytes: UnsafeRawBufferPointer, isKeyframe: Bool, mediaUs: Int64, display: Int64, step: Int64
    ) throws(CaselightError) -> Bool {
        if let seen, isGap(mediaUs - seen.mediaUs, display - seen.display, frameStep) {
            reportSeen()
            endBeforeHole(nextDecode: seen.display + frameStep)
        }
        if let seen { lastDistance = display - seen.display }
        frameStep = max(1, step)
        seen = (max(display, seen?.display ?? display), max(mediaUs, seen?.mediaUs ?? mediaUs))
        let quantizer = slices?.quantizer(of: bytes)
        if isKeyframe, order.policy == .keyframes { return false }
        if !isKeyframe, dropped.count < Self.droppedLimit {
            dropped.append(DroppedFrame(time: clock.wall(mediaUs), byteCount: bytes.count, quantizer: quantizer))
        }
        if order.policy == .metadata { try report(display: display, mediaUs: mediaUs) }
        return true
    }

    private func report(display: Int64, mediaUs: Int64) throws(CaselightError) {
        let wall = clock.wall(mediaUs)
        if let open = segment, scale.microseconds(ofTicks: display - open.startDisplay) >= order.segmentLength.value {
            append(.video, [], endsAt: max(wall, open.endsAt))
            closeSegment(.full, at: max(wall, open.endsAt))
        }
        guard try hasSegment(from: true, display: display, at: wall), let open = segment else { return }
        if (wall - open.endsAt).value >= Self.reportUs {
            append(.video, [], endsAt: wall)
            clock.steer(at: mediaUs)
        }
    }

    /// Takes the segment to the end of the last frame that came, where nothing is kept.
    func reportSeen() {
        guard order.policy == .metadata, let seen, let open = segment else { return }
        append(.video, [], endsAt: max(open.endsAt, clock.wall(seen.mediaUs + scale.microseconds(ofTicks: frameStep))))
    }
}
