import CFFmpeg
internal import CaselightModel
import Glibc

/// The way out of a blocking call of libavformat: a flag that any thread may trip, and a deadline.
///
/// `trip` and `isTripped` may be called from any thread; all else only from the thread that makes the blocking calls, so the
/// deadline needs no lock.
final class Interrupt: @unchecked Sendable {
    private let state: UnsafeMutablePointer<caselight_interrupt>
    private var url: UnsafeMutablePointer<CChar>?

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: caselight_interrupt(tripped: 0, reason: 0, deadline_us: .max, context: nil, url: nil))
    }

    deinit {
        free(url)
        state.deallocate()
    }

    func trip() { caselight_interrupt_trip(state) }

    var isTripped: Bool { caselight_interrupt_is_tripped(state) != 0 }

    /// Gives the next blocking call this long.
    func arm(_ limit: Microseconds) {
        state.pointee.deadline_us = caselight_monotonic_us() + limit.value
        state.pointee.reason = 0
    }

    /// What interrupted the last call, if anything did.
    var reason: caselight_interrupt_reason {
        isTripped ? CASELIGHT_TRIPPED : caselight_interrupt_reason(UInt32(state.pointee.reason))
    }

    /// Guards a context's calls, and that its address stays `url`.
    func guardCalls(of context: UnsafeMutablePointer<AVFormatContext>, url: String) {
        free(self.url)
        self.url = strdup(url)
        state.pointee.context = UnsafePointer(context)
        state.pointee.url = UnsafePointer(self.url)
        caselight_interrupt_guard(context, state)
    }

    /// The context is gone, or about to be closed: closing sends a farewell, which the guard on its address must not stop.
    func release() {
        state.pointee.context = nil
        state.pointee.url = nil
    }
}
