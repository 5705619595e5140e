import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    /// Groups of cameras, to which accounts are limited.
    var groupRoutes: [Route] {
        [
            Route(.get, "/api/v1/groups", Self.admins, handler: listGroups),
            Route(.put, "/api/v1/groups/{code}", Self.admins, act: .groupChanged, handler: putGroup),
            Route(.delete, "/api/v1/groups/{code}", Self.admins, act: .groupRemoved, handler: removeGroup),
        ]
    }

    private struct GroupPage: Encodable { let groups: [CameraGroup] }

    private static let conditionCountLimit = 1000

    private func listGroups(_ call: Call) async throws -> Response {
        try JSONReply.response(GroupPage(groups: try await services.accounts.groups()))
    }

    private func putGroup(_ call: Call) async throws -> Response {
        // The rule of camera codes is the rule of group codes.
        let code = try CameraCode(try call.parameter("code")).text
        var fields = try await call.fields(of: "group", limits: limits)
        let name = try fields.text("name", limit: TextRule.nameLimit)
        let classes = try fields.numbers("classes", countLimit: CameraClass.allCases.count)
        let grids = try fields.texts("grids", countLimit: Self.conditionCountLimit, limit: 64)
        let owners = try fields.texts("owners", countLimit: Self.conditionCountLimit, limit: TextRule.nameLimit)
        try fields.finish()
        var group = CameraGroup(code: code, name: name.value ?? code, grids: grids.value ?? [], owners: owners.value ?? [])
        for number in classes.value ?? [] {
            guard let value = CameraClass(rawValue: number) else { throw fields.wrong("classes", "holds \(number), and there are 1, 2, 3, 9") }
            group.classes.append(value)
        }
        try await desk.put(group, by: call.actor)
        return try JSONReply.response(group)
    }

    private func removeGroup(_ call: Call) async throws -> Response {
        try await desk.removeGroup(try CameraCode(try call.parameter("code")).text, by: call.actor)
        return Response(status: .noContent)
    }
}
