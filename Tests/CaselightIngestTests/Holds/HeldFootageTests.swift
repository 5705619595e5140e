import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

@testable import CaselightIngest

/// Nothing held is ever deleted, by any route.
@Suite struct HeldFootageTests {
    private static let attemptsPerSeed = 20

    /// 25 times 20 attempts; what is not held goes at the end of each, so that an attempt could have succeeded.
    @Test(arguments: 1...25)
    func noneOf500AttemptsLosesHeldFootage(seed: UInt64) async throws {
        let campaign = try await HeldFootageCampaign(seed: seed)
        var routes: [HeldFootageCampaign.Route] = []
        for _ in 0..<Self.attemptsPerSeed { routes.append(try await campaign.attempt()) }
        try await campaign.checkThatTheRestGoes()
        #expect(routes.count == Self.attemptsPerSeed, "seed \(seed): \(routes)")
    }

    @Test func everyRouteOnceAtLeast() async throws {
        let campaign = try await HeldFootageCampaign(seed: 500)
        for route in HeldFootageCampaign.Route.allCases {
            try await campaign.record()
            try await campaign.holdSome()
            campaign.installation.clock.advance(by: .days(33))
            try await campaign.take(route)
            try await campaign.deleteAll()
            try await campaign.check(after: route)
        }
        try await campaign.checkThatTheRestGoes()
    }
}
