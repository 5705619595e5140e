import CaselightModel

/// The registered fields of view in memory, by the squares of the map that their boxes touch: some 300 bytes a camera.
///
/// Holds what the table `camera_view` holds, box for box; `SQLiteRecordStore` brings it up to date with every commit.
struct ViewpointMap {
    struct Entry {
        let id: Int64
        var viewpoint: Viewpoint
        /// As the table's tree has it: rounded outward to 32 bits.
        let box: GeoBox
    }

    /// The side of a square; about a kilometre.
    private static let squareDegrees = 0.01
    /// A box over more squares stands in a list of its own, and a question over more looks at all cameras.
    private static let squareLimit = 64
    private static let questionSquareLimit = 4096

    private struct Square: Hashable {
        let row, column: Int32
    }

    /// Squares that a box touches.
    private struct Squares {
        let rows, columns: ClosedRange<Int32>
        var count: Int { rows.count * columns.count }

        init(_ box: GeoBox) {
            rows = Self.range(box.south, box.north)
            columns = Self.range(box.west, box.east)
        }

        private static func range(_ low: Double, _ high: Double) -> ClosedRange<Int32> {
            let first = Int32((low / squareDegrees).rounded(.down))
            return first...max(first, Int32((high / squareDegrees).rounded(.down)))
        }
    }

    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var places: [Int64: Int] = [:]
    private var squares: [Square: [Int]] = [:]
    private var wide: Set<Int> = []
    /// Registrations of codes that have several, located or not.
    private(set) var repeated: [CameraCode: [CameraMarks]]
    /// Grids and owners, each text once for all cameras that share it.
    private var texts: Set<String> = []

    var count: Int { places.count }

    init(_ entries: [Entry] = [], repeated: [CameraCode: [CameraMarks]] = [:]) {
        self.repeated = repeated
        for entry in entries { insert(entry) }
    }

    /// Takes all registrations of one code.
    mutating func noteRegistrations(_ registrations: [(code: CameraCode, marks: CameraMarks)]) {
        guard let code = registrations.first?.code else { return }
        repeated[code] = registrations.count > 1 ? registrations.map { $0.marks } : nil
    }

    /// What tells whether viewpoints of this map are in a scope.
    func test(_ scope: CameraScope) -> ScopeTest { ScopeTest(scope, repeated: repeated) }

    /// Puts what `entry` says in the place of what was known of the camera; `nil` takes it out.
    mutating func replace(_ id: Int64, with entry: Entry?) {
        if let place = places.removeValue(forKey: id) { remove(at: place) }
        if let entry { insert(entry) }
    }

    /// Each viewpoint once whose box meets `box`, edges included.
    func meeting(_ box: GeoBox, where isWanted: (Viewpoint) -> Bool) -> [Viewpoint] {
        var found: [Viewpoint] = []
        func look(at entry: Entry) { if entry.box.intersects(box), isWanted(entry.viewpoint) { found.append(entry.viewpoint) } }
        let wanted = Squares(box)
        guard wanted.count <= Self.questionSquareLimit else {
            for case let entry? in entries { look(at: entry) }
            return found
        }
        for place in wide { entries[place].map(look) }
        for row in wanted.rows {
            for column in wanted.columns {
                for place in squares[Square(row: row, column: column)] ?? [] {
                    guard let entry = entries[place] else { continue }
                    // In the first square that both touch, and in no other.
                    let touched = Squares(entry.box)
                    guard row == max(wanted.rows.lowerBound, touched.rows.lowerBound),
                        column == max(wanted.columns.lowerBound, touched.columns.lowerBound)
                    else { continue }
                    look(at: entry)
                }
            }
        }
        return found
    }

    private mutating func insert(_ entry: Entry) {
        var entry = entry
        entry.viewpoint.grid = entry.viewpoint.grid.map { texts.insert($0).memberAfterInsert }
        entry.viewpoint.owner = texts.insert(entry.viewpoint.owner).memberAfterInsert
        let place = free.popLast() ?? entries.count
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        places[entry.id] = place
        let touched = Squares(entry.box)
        guard touched.count <= Self.squareLimit else {
            wide.insert(place)
            return
        }
        for row in touched.rows {
            for column in touched.columns { squares[Square(row: row, column: column), default: []].append(place) }
        }
    }

    private mutating func remove(at place: Int) {
        guard let entry = entries[place] else { return }
        entries[place] = nil
        free.append(place)
        guard wide.remove(place) == nil else { return }
        let touched = Squares(entry.box)
        for row in touched.rows {
            for column in touched.columns {
                let square = Square(row: row, column: column)
                squares[square]?.removeAll { $0 == place }
                if squares[square]?.isEmpty == true { squares[square] = nil }
            }
        }
    }
}
