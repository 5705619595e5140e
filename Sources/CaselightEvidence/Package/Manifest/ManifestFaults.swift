internal import CaselightModel

/// What a manifest cannot say of itself, whatever the files hold.
struct ManifestFaults {
    struct Fault: Hashable {
        /// The file it is about; `nil` where it is about none.
        let path: PackagePath?
        let text: String
    }

    private(set) var list: [Fault] = []
    private let manifest: Manifest

    var first: Fault? { list.first }

    init(_ manifest: Manifest) {
        self.manifest = manifest
        checkFiles()
        checkClips()
        if !manifest.coverage.addsUp { add("the coverage statement does not add up") }
    }

    private mutating func add(_ text: String, _ path: PackagePath? = nil) { list.append(Fault(path: path, text: text)) }

    private mutating func checkFiles() {
        var known: Set<PackagePath> = []
        for file in manifest.files {
            let path = file.path
            if !known.insert(path).inserted { add("the manifest lists it twice", path) }
            if (file.category == .original) != PackageLayout.isNative(path) || file.category != file.kind.category {
                add("it is \(file.category.rawValue) and does not lie where such files do", path)
            }
            if let atIngest = file.sha256AtIngest, atIngest != file.sha256 {
                add("its hash is not the one taken at ingest", path)
            }
            if (file.category == .original) != (file.derivation == nil) { add("the manifest does not say how it was made", path) }
        }
        for file in manifest.files {
            for source in file.derivedFrom where !known.contains(source) { add("it was derived from '\(source)', which is not here", file.path) }
        }
    }

    private mutating func checkClips() {
        let files = Set(manifest.files.map(\.path))
        let cameras = Set(manifest.cameras.map(\.code))
        for (number, clip) in manifest.clips.enumerated() {
            if !cameras.contains(clip.camera) { add("clip \(number + 1) is of the camera '\(clip.camera)', which is not described") }
            for path in clip.files where !files.contains(path) { add("clip \(number + 1) needs it, and the manifest does not list it", path) }
            let covered = clip.covered.map(\.span)
            let gaps = clip.gaps.map(\.span)
            let isWhole = clip.wanted.subtracting(covered + gaps).isEmpty
            let isApart = !gaps.contains { gap in covered.contains { $0.overlaps(gap) } }
            if !isWhole || !isApart { add("clip \(number + 1): what is covered and what is missing do not make up what was wanted") }
        }
    }
}
