package import CaselightModel

/// The folder of segment files: who it is, what stands where, and how its bytes are read and erased.
///
/// Reading and erasing run on the archive's own threads, never on the cooperative pool.
package struct Archive: Sendable {
    /// Absolute.
    package let path: String
    /// The id in its volume file, which `records.db` must know.
    package let volumeID: String

    /// Opens an archive for this process alone.
    ///
    /// A new, empty folder gets a volume file where `knownVolumes` is empty, or `adopting` allows it.
    /// - Throws: `CaselightError`: `wrongVolume` when the volume file is missing or names another volume than the records know
    ///   (an unmounted disk looks like that, so nothing is created or deleted), `busy` when another process holds it, `diskFailed`.
    package static func open(path: String, knownVolumes: [String], adopting: Bool) throws(CaselightError) -> Archive {
        fatalError("drawn, not built yet")
    }

    package func videoPath(of segment: Segment) -> String { fatalError("drawn, not built yet") }

    /// `nil` for a segment without sound.
    package func audioPath(of segment: Segment) -> String? { fatalError("drawn, not built yet") }

    /// Bytes of a segment's file; fewer where the file ends before.
    ///
    /// - Throws: `CaselightError`: `notFound` when the file is gone, `diskFailed`.
    package func bytes(of segment: Segment, track: SegmentTrack, in range: Range<Int64>) async throws -> [UInt8] {
        fatalError("drawn, not built yet")
    }

    /// Deletes a segment's files and syncs their folder. Files already gone are no error.
    package func erase(_ segment: Segment) async throws { fatalError("drawn, not built yet") }

    /// Free and total bytes of the file system.
    package func space() throws(CaselightError) -> (freeBytes: Int64, totalBytes: Int64) { fatalError("drawn, not built yet") }

    /// Begins to keep a recorded file byte for byte as it is handed over.
    package func receiveOriginal(camera: CameraCode, run: RunID, name: String) throws(CaselightError) -> OriginalReceiver {
        fatalError("drawn, not built yet")
    }
}

package enum SegmentTrack: Sendable { case video, audio }

/// Takes a file's bytes as they arrive; hashed and synced when finished, gone when abandoned.
package final class OriginalReceiver: Sendable {
    package func append(_ bytes: [UInt8]) async throws { fatalError("drawn, not built yet") }
    package func finish() async throws -> (path: String, sha256: String, byteCount: Int64) { fatalError("drawn, not built yet") }
    package func abandon() async { fatalError("drawn, not built yet") }
}
