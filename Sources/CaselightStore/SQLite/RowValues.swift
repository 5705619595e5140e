import CaselightModel
import Foundation
import GRDB

extension Row {
    func time(_ index: Int) -> WallTime { WallTime(microseconds: self[index]) }

    func optionalTime(_ index: Int) -> WallTime? { (self[index] as Int64?).map(WallTime.init(microseconds:)) }

    func span(_ index: Int) throws -> TimeSpan {
        let (start, end) = (time(index), time(index + 1))
        guard start < end else { throw StoreFailure.unexpected("\(start) to \(end)", in: "a time span") }
        return TimeSpan(start: start, end: end)
    }

    /// A latitude and a longitude in two columns.
    func point(_ index: Int) -> GeoPoint? {
        guard let latitude = self[index] as Double?, let longitude = self[index + 1] as Double? else { return nil }
        return GeoPoint(unchecked: latitude, longitude)
    }

    func givenPosition(_ index: Int) throws -> GivenPosition? {
        guard (self[index] as String?) != nil else { return nil }
        return GivenPosition(
            datum: try choice(index, "given_datum"), latitude: self[index + 1] ?? 0, longitude: self[index + 2] ?? 0)
    }

    func account(_ index: Int) throws -> AccountName? { try (self[index] as String?).map { try AccountName($0) } }

    func optionalCode(_ index: Int) throws -> CameraCode? { try (self[index] as String?).map { try CameraCode($0) } }

    func code(_ index: Int) throws -> CameraCode { try CameraCode(self[index] as String) }

    /// One of an enumeration's raw values.
    func choice<Choice: RawRepresentable>(_ index: Int, _ column: String) throws -> Choice
    where Choice.RawValue: DatabaseValueConvertible & StatementColumnConvertible & CustomStringConvertible {
        let raw: Choice.RawValue = self[index]
        guard let choice = Choice(rawValue: raw) else { throw StoreFailure.unexpected(raw, in: column) }
        return choice
    }

    func bytes(_ index: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: index) { data in data.map { [UInt8]($0) } ?? [] }
    }
}

extension Database {
    /// Runs a statement whose compiled form is kept for the next time.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Whether the statement finds a row.
    func finds(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
        try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments).next() != nil
    }

    func all<Value>(_ sql: String, _ arguments: StatementArguments = [], _ make: (Row) throws -> Value) throws -> [Value] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try make(row)) }
        return values
    }

    func first<Value>(_ sql: String, _ arguments: StatementArguments = [], _ make: (Row) throws -> Value) throws -> Value? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        return try cursor.next().map(make)
    }
}

/// Refuses a text that SQLite would cut at its first NUL.
func checkText(_ texts: String?..., operation: String) throws(CaselightError) {
    for case let text? in texts where text.utf8.contains(0) {
        throw CaselightError(.invalidValue, operation, because: "a text in it holds a NUL character", remedy: "Take it out.")
    }
}
