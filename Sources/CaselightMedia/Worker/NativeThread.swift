import CFFmpeg
import Glibc

/// A thread of our own, for calls that block: neither Swift's cooperative pool nor anyone else's.
package enum NativeThread {
    /// What libavformat's readers need, with room.
    package static let stackBytes = 512 << 10

    private final class Body {
        let run: @Sendable () -> Void
        let name: String
        init(_ name: String, _ run: @Sendable @escaping () -> Void) { (self.name, self.run) = (name, run) }
    }

    /// Starts a detached thread. The system shows the first 15 bytes of its name.
    package static func start(_ name: String, stackBytes: Int = stackBytes, _ run: @Sendable @escaping () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        let body = Unmanaged.passRetained(Body(name, run))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { opaque in
                guard let opaque else { return nil }
                let body = Unmanaged<Body>.fromOpaque(opaque).takeRetainedValue()
                caselight_name_this_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        guard status == 0 else { fatalError("cannot start a thread: error \(status)") }
    }
}
