package import CaselightModel

/// What an operator may set about exports.
package struct ExportSettings: Sendable {
    /// Where packages are made and kept, absolute. Nothing else is in it.
    package var folder: String
    /// Packages made at once: each reads and writes as fast as the disks go.
    package var exportsAtOnceCount = 1
    /// Packages waiting; more are refused with `busy`.
    package var waitingLimit = 100
    /// No package is larger: what cannot be handed over helps nobody.
    package var packageLimitBytes: Int64 = 200 << 30
    /// Free space that a package leaves on its disk.
    package var reserveBytes: Int64 = 2 << 30
    /// Segments of one package: a day of seven cameras.
    package var segmentLimit = 10_000
    /// Acts of the incident whose log entries a package carries, the newest; it says where there are more.
    package var logEntryLimit = 2000
    /// What an authority has for attesting the time; past it the package goes without, and says so.
    package var timestampTimeout = Duration.seconds(60)

    /// A package without a time stamp is brought to the authority again for so long.
    package var lateStampSpan = Microseconds.days(1)
    /// How long packages are kept.
    package var keepSpan = Microseconds.days(90)
    /// How often packages are looked after.
    package var keepingInterval = Duration.seconds(600)

    package init(folder: String) { self.folder = folder }
}
