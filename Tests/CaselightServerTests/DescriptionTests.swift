import CaselightModel
import Foundation
import HTTPTypes
import Logging
import Testing
import Yams

@testable import CaselightServer

/// The description kept by hand says what the routes do.
@Suite struct DescriptionTests {
    private static let methods: Set<String> = ["get", "post", "put", "patch", "delete", "head", "options"]

    private func description() throws -> [String: Any] {
        let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        return try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private func operations() throws -> [String: [String: Any]] {
        let paths = try #require(try description()["paths"] as? [String: [String: Any]])
        var result: [String: [String: Any]] = [:]
        for (path, item) in paths {
            for (method, operation) in item where Self.methods.contains(method) {
                result["\(method) \(path)"] = operation as? [String: Any]
            }
        }
        return result
    }

    private func routes() async throws -> [Route] {
        let installation = try await Installation()
        return API(services: installation.services, settings: installation.settings, logger: Logger(label: "test")).routes
    }

    @Test func describesEveryRouteAndNoOther() async throws {
        let actual = Set(try await routes().map { "\($0.method.rawValue.lowercased()) \($0.path)" })
        let described = Set(try operations().keys)
        #expect(actual.subtracting(described).sorted() == [], "routes without a description")
        #expect(described.subtracting(actual).sorted() == [], "descriptions without a route")
    }

    /// A route without a rule does not build; one whose rule is not the one described does not pass.
    @Test func everyOperationNamesTheRolesItsRouteAdmits() async throws {
        let described = try operations()
        for route in try await routes() {
            let operation = try #require(described["\(route.method.rawValue.lowercased()) \(route.path)"])
            let roles = try #require(operation["x-roles"] as? [String], "\(route.method) \(route.path) names no roles")
            #expect(roles == route.access.text, "\(route.method) \(route.path)")
        }
    }

    /// What leads to footage by its path asks for an incident or a purpose, so that none is forgotten.
    @Test func everyRouteToFootageIsOne() async throws {
        let shown = Set(try await routes().filter(\.access.showsFootage).map(\.path))
        #expect(shown == [
            "/api/v1/cameras/{code}/still.jpg", "/api/v1/cameras/{code}/playlist.m3u8", "/api/v1/cameras/{code}/segments/{file}", "/api/v1/clips",
            "/api/v1/incidents/{number}/candidates", "/incidents/{number}/footage", "/api/v1/incidents/{number}/next", "/api/v1/incidents/{number}/screenshots/{id}",
        ])
    }

    @Test func everyOperationHasASummaryAndResponses() throws {
        for (name, operation) in try operations() {
            let summary = operation["summary"] as? String ?? ""
            #expect(summary.count > 5 && summary.hasSuffix("."), "\(name) has the summary '\(summary)'")
            let responses = operation["responses"] as? [String: Any] ?? [:]
            #expect(!responses.isEmpty && (responses["default"] != nil || ["/healthz", "/readyz", "/metrics"].contains { name.hasSuffix($0) }), "\(name)")
        }
    }

    @Test func describesEveryQueryParameterAndNoOther() async throws {
        let described = try operations()
        let shared = try #require((try description()["components"] as? [String: Any])?["parameters"] as? [String: [String: Any]])
        for route in try await routes() {
            let operation = try #require(described["\(route.method.rawValue.lowercased()) \(route.path)"])
            let parameters = (operation["parameters"] as? [[String: Any]] ?? []).map { parameter -> [String: Any] in
                guard let reference = parameter["$ref"] as? String else { return parameter }
                return shared[String(reference.split(separator: "/").last ?? "")] ?? [:]
            }
            let query = parameters.filter { $0["in"] as? String == "query" }
            #expect(Set(query.compactMap { $0["name"] as? String }) == Set(route.query), "\(route.method) \(route.path)")
            let required = query.filter { $0["required"] as? Bool == true }.compactMap { $0["name"] as? String }
            #expect(Set(required) == Set(route.required), "\(route.method) \(route.path)")
        }
    }

    @Test func namesEveryErrorCode() throws {
        let schemas = try #require((try description()["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
        let described = try #require(schemas["ErrorCode"]?["enum"] as? [String])
        #expect(Set(described) == Set(ProblemTable.entries.keys.map(\.rawValue)))
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/CaselightModel/CaselightError.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let codes = text.matches(of: #/static let \w+ = Self\("(\w+)"\)/#).map { String($0.output.1) }
        #expect(codes.count > 25 && Set(codes).isSubset(of: described), "\(Set(codes).subtracting(described)) are not described")
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try description()
        var references: Set<String> = []
        func walk(_ value: Any) {
            if let members = value as? [String: Any] {
                if let reference = members["$ref"] as? String { references.insert(reference) }
                members.values.forEach(walk)
            } else if let list = value as? [Any] {
                list.forEach(walk)
            }
        }
        walk(document)
        for reference in references {
            var place: Any? = document
            for part in reference.split(separator: "/").dropFirst() { place = (place as? [String: Any])?[String(part)] }
            #expect(place != nil, "\(reference)")
        }
    }

    @Test func isServed() async throws {
        try await Installation.run { _, client in
            let answer = try await client.get("/api/v1/openapi.yaml")
            #expect(answer.bytes == PackageResources.openapi_yaml && answer.headers[.contentType] == "application/yaml")
        }
    }
}
