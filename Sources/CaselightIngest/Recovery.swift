import CaselightArchive
import CaselightModel
import CaselightStore
import Logging

/// Brings archive and index into step after a crash, and rebuilds the index from the archive alone.
package struct Recovery: Sendable {
    private let index: any FootageIndex
    private let archive: Archive
    private let logger: Logger

    package init(index: any FootageIndex, archive: Archive, logger: Logger) {
        self.index = index
        self.archive = archive
        self.logger = logger
    }

    func closeSegmentsOfTheDead() async {}
}
