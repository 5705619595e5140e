import CaselightModel

/// The newest clock sample of cameras, asked with every question: what was read stays until a change concerns the camera.
///
/// The writer tells what every commit made of the cameras it concerns, so that nothing here is older than the last commit.
struct LatestClocks {
    /// `nil` of a camera that has none.
    private var samples: [Int64: ClockSample?] = [:]
    /// Counts changes, so that what was read before one is not remembered after it.
    private(set) var generation = 0

    /// Those known of `cameras`, and the cameras that must be read.
    func found(_ cameras: [(code: CameraCode, camera: IndexedCamera)]) -> (
        known: [CameraCode: ClockSample], unread: [(code: CameraCode, camera: IndexedCamera)]
    ) {
        var known = [CameraCode: ClockSample](minimumCapacity: cameras.count)
        var unread: [(code: CameraCode, camera: IndexedCamera)] = []
        for entry in cameras {
            guard let sample = samples[entry.camera.id] else {
                unread.append(entry)
                continue
            }
            if let sample { known[entry.code] = sample }
        }
        return (known, unread)
    }

    mutating func remember(_ read: [Int64: ClockSample?], since generation: Int) {
        guard generation == self.generation else { return }
        samples.merge(read) { _, new in new }
    }

    mutating func change(_ changed: [Int64: ClockSample?]) {
        guard !changed.isEmpty else { return }
        samples.merge(changed) { _, new in new }
        generation += 1
    }
}
