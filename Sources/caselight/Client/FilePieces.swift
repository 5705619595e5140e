import Dispatch
import Foundation
import NIOCore

/// A file's bytes, piece by piece, for an upload. Reading happens on a queue of its own.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let url: URL
    let byteCount: Int64
    /// Called with the bytes handed on so far, and all of them.
    let progress: @Sendable (Int64, Int64) -> Void

    static let pieceBytes = 256 << 10

    /// - Throws: `ClientFailure` where the file is not one that can be read.
    init(_ url: URL, progress: @escaping @Sendable (Int64, Int64) -> Void) throws {
        // A link's own size says nothing.
        let url = url.resolvingSymlinksInPath()
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw ClientFailure(.refused, "cannot read '\(url.path)': there is no such file")
        }
        guard !isFolder.boolValue else { throw ClientFailure(.refused, "cannot read '\(url.path)': it is a folder") }
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard let size = attributes?[.size] as? NSNumber, FileManager.default.isReadableFile(atPath: url.path) else {
            throw ClientFailure(.refused, "cannot read '\(url.path)': permission denied")
        }
        self.url = url
        byteCount = size.int64Value
        self.progress = progress
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: FilePieces
        private let queue = DispatchQueue(label: "caselight.upload")
        private var handle: FileHandle?
        private var sentBytes: Int64 = 0

        init(pieces: FilePieces) { self.pieces = pieces }

        mutating func next() async throws -> ByteBuffer? {
            let handle = try self.handle ?? FileHandle(forReadingFrom: pieces.url)
            self.handle = handle
            let piece = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Data?, any Error>) in
                queue.async { continuation.resume(with: Result { try handle.read(upToCount: FilePieces.pieceBytes) }) }
            }
            guard let piece, !piece.isEmpty else { return nil }
            sentBytes += Int64(piece.count)
            pieces.progress(sentBytes, pieces.byteCount)
            return ByteBuffer(bytes: piece)
        }
    }
}
