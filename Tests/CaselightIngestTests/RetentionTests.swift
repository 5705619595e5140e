import CaselightModel
import CaselightStore
import Testing

@testable import CaselightIngest

@Suite struct RetentionTests {
    private let everything = TimeSpan(start: .distantPast, end: .distantFuture)

    @Test func deletesWhatIsOlderThanItsCamerasRetention() async throws {
        let installation = try Installation()
        let usual = try await installation.addCamera("usual", retentionDays: nil, footageDaysAgo: [40, 31, 29, 1])
        let long = try await installation.addCamera("long", retentionDays: 90, footageDaysAgo: [95, 40, 1])
        try await installation.makeRetention().expireByAge(RetentionPolicy())
        #expect(try await installation.footageDaysAgo(usual) == [29, 1])
        #expect(try await installation.footageDaysAgo(long) == [40, 1])
    }

    @Test func goesRoundManyCamerasAFewAtATime() async throws {
        let installation = try Installation()
        var codes: [CameraCode] = []
        for number in 0..<120 {
            codes.append(try await installation.addCamera("gate-\(number)", retentionDays: nil, footageDaysAgo: [40, 1]))
        }
        let retention = installation.makeRetention()
        var remaining: [Int] = []
        for _ in 0..<3 {
            try await retention.expireByAge(RetentionPolicy())
            var count = 0
            for code in codes where try await installation.footageDaysAgo(code) != [1] { count += 1 }
            remaining.append(count)
        }
        #expect(remaining == [70, 20, 0])
    }

    @Test func saysThatWhatIsGoneHasExpired() async throws {
        let installation = try Installation()
        let code = try await installation.addCamera("gate-1", retentionDays: nil, footageDaysAgo: [40])
        try await installation.makeRetention().expireByAge(RetentionPolicy())
        let start = Installation.now - .days(40)
        let noted = try await installation.records.outages(of: [code], overlapping: everything)
        #expect(
            noted == [
                Outage(camera: code, startedAt: start, endedAt: start + .seconds(60), cause: .expired, detail: "older than 30 days")
            ])
        #expect(try await installation.index.coverage(of: [code], overlapping: everything)[code] == nil)
    }

    @Test func makesRoomOldestFirstAndLeavesTheYoungest() async throws {
        let installation = try Installation()
        let first = try await installation.addCamera("first", retentionDays: nil, footageDaysAgo: [5, 0])
        let second = try await installation.addCamera("second", retentionDays: nil, footageDaysAgo: [3])
        try await installation.makeRetention().makeRoom(reserveBytes: .max, RetentionPolicy())
        #expect(try await installation.footageDaysAgo(first) == [0], "what was recorded this minute is never deleted to make room")
        #expect(try await installation.footageDaysAgo(second) == [])
    }

    @Test func deletesNothingWhileThereIsRoom() async throws {
        let installation = try Installation()
        let code = try await installation.addCamera("gate-1", retentionDays: nil, footageDaysAgo: [5, 3])
        try await installation.makeRetention().makeRoom(reserveBytes: 0, RetentionPolicy())
        #expect(try await installation.footageDaysAgo(code) == [5, 3])
    }

    @Test func keepsByClassAndByWhatARemovedCameraWas() async throws {
        let installation = try Installation()
        var codes: [CameraCode] = []
        for (name, cameraClass) in [("police", CameraClass.first), ("shop", .third), ("gone", .third)] {
            let code = try await installation.addCamera(name, retentionDays: name == "gone" ? 60 : nil, footageDaysAgo: [95, 70, 50, 1])
            var camera = try #require(try await installation.records.camera(code))
            camera.cameraClass = cameraClass
            try await installation.records.updateCamera(camera, credentials: .keep)
            codes.append(code)
        }
        try await installation.records.removeCamera(codes[2], at: Installation.now - .days(1))
        try await installation.makeRetention().expireByAge(RetentionPolicy(defaultDays: 40, daysByClass: [.first: 90], profile: .cn))
        #expect(try await installation.footageDaysAgo(codes[0]) == [70, 50, 1])
        #expect(try await installation.footageDaysAgo(codes[1]) == [1])
        #expect(try await installation.footageDaysAgo(codes[2]) == [50, 1])
    }

    @Test func theFloorIsAboveShorterDaysAndAboveTheWantOfRoom() async throws {
        let installation = try Installation()
        let code = try await installation.addCamera("gate-1", retentionDays: 5, footageDaysAgo: [40, 29, 6, 1])
        let policy = RetentionPolicy(defaultDays: 5, profile: .cn)
        let retention = installation.makeRetention()
        try await retention.makeRoom(reserveBytes: .max, policy)
        #expect(try await installation.footageDaysAgo(code) == [29, 6, 1])
        try await retention.expireByAge(policy)
        #expect(try await installation.footageDaysAgo(code) == [29, 6, 1])
    }
}
