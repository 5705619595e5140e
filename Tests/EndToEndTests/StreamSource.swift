import Foundation
import Glibc
import TestSupport

/// A clip served some other way than RTSP, by the fixtures' script, for as long as this lives.
final class StreamSource {
    enum Way: String {
        case http, udp, rtmp
    }

    let url: String
    private let process: Child

    init(_ way: Way, clip: String) throws {
        let port = try FreePort.find(way == .udp ? SOCK_DGRAM : SOCK_STREAM)
        switch way {
        case .http: url = "http://127.0.0.1:\(port)/"
        case .udp: url = "udp://127.0.0.1:\(port)"
        case .rtmp: url = "rtmp://127.0.0.1:\(port)/live/cam"
        }
        process = try Child(
            "/bin/bash",
            [Workshop.packageRoot.appending(path: "fixtures/sources.sh").path, way.rawValue, Workshop.footage.appending(path: clip).path, "\(port)"])
    }

    deinit { process.end() }
}

enum FreePort {
    /// A port of loopback that nobody has at the moment.
    static func find(_ type: __socket_type) throws -> Int {
        let (socket, port) = try bound(type)
        close(socket)
        return port
    }

    /// A socket bound to a free port of loopback.
    static func bound(_ type: __socket_type) throws -> (socket: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(descriptor, general, length) == 0 ? getsockname(descriptor, general, &length) : -1
            }
        }
        guard descriptor >= 0, status == 0 else { throw Trouble("no free port: \(String(cString: strerror(errno)))") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
