import CaselightModel

/// The registered fields of view in memory, by the squares of the map that their boxes touch: some 400 bytes a camera, its
/// texts among them.
///
/// Holds what the table `camera_view` holds, box for box; `SQLiteRecordStore` brings it up to date with every commit.
struct ViewpointMap {
    struct Entry {
        let id: Int64
        let viewpoint: Viewpoint
        /// Says which scopes it is in.
        let marks: CameraMarks
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

    /// An entry as it is kept: cameras share their marks.
    private struct Kept {
        let viewpoint: Viewpoint
        let box: GeoBox
        /// Its place in `marks`.
        let mark: Int32
    }

    /// Numbers of 32 bits where they are many.
    private var entries: [Kept?] = []
    private var free: [Int32] = []
    private var places: [Int64: Int32] = [:]
    private var squares: [Square: [Int32]] = [:]
    private var wide: Set<Int32> = []
    /// Those of any camera that is or was here, each once.
    private var marks: [CameraMarks] = []
    private var markNumbers: [CameraMarks: Int32] = [:]
    /// Registrations of codes that have several, located or not.
    private var repeated: [CameraCode: [CameraMarks]]

    var count: Int { places.count }

    init(repeated: [CameraCode: [CameraMarks]] = [:]) { self.repeated = repeated }

    /// Takes all registrations of one code.
    mutating func noteRegistrations(_ registrations: [(code: CameraCode, marks: CameraMarks)]) {
        guard let code = registrations.first?.code else { return }
        repeated[code] = registrations.count > 1 ? registrations.map { $0.marks } : nil
    }


    /// Puts what `entry` says in the place of what was known of the camera; `nil` takes it out.
    mutating func replace(_ id: Int64, with entry: Entry?) {
        if let place = places.removeValue(forKey: id) { remove(at: place) }
        if let entry { insert(entry) }
    }

    /// Each viewpoint once whose box meets `box`, edges included, and which is of the class and in the scope.
    func meeting(_ box: GeoBox, cameraClass: CameraClass? = nil, scope: CameraScope = .all) -> [Viewpoint] {
        var test = ScopeTest(scope)
        var found: [Viewpoint] = []
        forEach(meeting: box) { entry in
            guard cameraClass == nil || entry.viewpoint.cameraClass == cameraClass, isKnown(entry, to: &test) else { return }
            found.append(entry.viewpoint)
        }
        return found
    }

    private func isKnown(_ entry: Kept, to test: inout ScopeTest) -> Bool {
        guard !test.holdsAll else { return true }
        guard test.holds(marks[Int(entry.mark)], number: entry.mark) else { return false }
        guard !repeated.isEmpty, let registrations = repeated[entry.viewpoint.code] else { return true }
        return registrations.allSatisfy(test.scope.holds)
    }

    private func forEach(meeting box: GeoBox, _ body: (Kept) -> Void) {
        func look(at entry: Kept) { if entry.box.intersects(box) { body(entry) } }
        let wanted = Squares(box)
        guard wanted.count <= Self.questionSquareLimit else {
            for case let entry? in entries { look(at: entry) }
            return
        }
        for place in wide { entries[Int(place)].map(look) }
        for row in wanted.rows {
            for column in wanted.columns {
                for place in squares[Square(row: row, column: column)] ?? [] {
                    guard let entry = entries[Int(place)] else { continue }
                    // In the first square that both touch, and in no other.
                    let touched = Squares(entry.box)
                    guard row == max(wanted.rows.lowerBound, touched.rows.lowerBound),
                        column == max(wanted.columns.lowerBound, touched.columns.lowerBound)
                    else { continue }
                    look(at: entry)
                }
            }
        }
    }

    private mutating func insert(_ entry: Entry) {
        let kept = Kept(viewpoint: entry.viewpoint, box: entry.box, mark: number(of: entry.marks))
        let place = free.popLast() ?? Int32(entries.count)
        if place == entries.count { entries.append(kept) } else { entries[Int(place)] = kept }
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

    private mutating func number(of marks: CameraMarks) -> Int32 {
        if let known = markNumbers[marks] { return known }
        let number = Int32(self.marks.count)
        self.marks.append(marks)
        markNumbers[marks] = number
        return number
    }

    private mutating func remove(at place: Int32) {
        guard let entry = entries[Int(place)] else { return }
        entries[Int(place)] = nil
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
