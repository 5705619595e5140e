import CaselightModel
import CaselightStore

extension FootageSearch {
    /// What the cameras did not record of `span`, with causes: by camera in the order given, then by time.
    func gaps(
        of cameras: [CameraInRange], footage: [CameraCode: CameraFootage], in span: TimeSpan?
    ) async throws -> [Gap] {
        guard let span else { return [] }
        let missing = cameras.map { ($0, (footage[$0.code] ?? CameraFootage()).missing(of: span)) }.filter { !$0.1.isEmpty }
        guard !missing.isEmpty else { return [] }
        // Closures here and below where a key path would do: of tuples and generic values it is looked up at run time, for microseconds.
        let outages = Dictionary(
            grouping: try await records.outages(of: missing.map { $0.0.code }, overlapping: span), by: { $0.camera })
        return missing.flatMap { camera, stretches in
            GapCauses(
                camera: camera.code, service: camera.service,
                outages: outages[camera.code] ?? [], withoutPictures: footage[camera.code]?.withoutPictures ?? []
            ).gaps(stretches)
        }
    }
}
