// swift-tools-version: 6.2
import PackageDescription

/// Swift 6 language mode everywhere, and a warning is an error: what the compiler doubts does not ship.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "caselight",
    products: [
        .executable(name: "caselightd", targets: ["caselightd"]),
        .executable(name: "caselight", targets: ["caselight"]),
        .executable(name: "caselight-media", targets: ["caselight-media"]),
        .executable(name: "caselight-bench", targets: ["caselight-bench"]),
        .library(name: "CaselightModel", targets: ["CaselightModel"]),
        .library(name: "CaselightStore", targets: ["CaselightStore"]),
        .library(name: "CaselightQuery", targets: ["CaselightQuery"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // Programs.
        .executableTarget(
            name: "caselightd",
            dependencies: [
                "CaselightServer", "CaselightIngest", "CaselightExport", "CaselightPush", "CaselightLog", "CaselightQuery", "CaselightStore",
                "CaselightArchive", "CaselightEvidence", "CaselightModel",
                argumentParser, logging, metrics, lifecycle, systemPackage, yams, crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "caselight",
            dependencies: [
                "CaselightEvidence", "CaselightModel", argumentParser, crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "caselight-media",
            dependencies: ["CaselightArchive", "CaselightMedia", "CaselightWorkerProtocol", "CaselightModel", argumentParser],
            swiftSettings: settings),
        .executableTarget(
            name: "caselight-bench",
            dependencies: [
                "CaselightExport", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive", "CaselightEvidence",
                "CaselightModel", argumentParser,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),

        // The house. Arrows point down this list only; Tests/HouseTests holds them to it.
        .target(
            name: "CaselightServer",
            dependencies: [
                "CaselightExport", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive", "CaselightEvidence",
                "CaselightModel",
                hummingbird, mustache, logging, metrics, lifecycle, crypto, cryptoExtras,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("openapi.yaml"), .embedInCode("Web")],
            swiftSettings: settings),
        .target(
            name: "CaselightIngest",
            dependencies: [
                "CaselightStore", "CaselightArchive", "CaselightWorkerProtocol", "CaselightModel",
                logging, metrics, lifecycle, subprocess, systemPackage,
            ],
            swiftSettings: settings),
        .target(
            name: "CaselightExport",
            dependencies: [
                "CaselightQuery", "CaselightLog", "CaselightStore", "CaselightArchive", "CaselightEvidence", "CaselightModel",
                logging, metrics, lifecycle, crypto, systemPackage,
            ],
            swiftSettings: settings),
        .target(
            name: "CaselightPush",
            dependencies: [
                "CaselightStore", "CaselightModel", logging, metrics, lifecycle, crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "CaselightLog",
            dependencies: ["CaselightStore", "CaselightEvidence", "CaselightModel", logging, metrics, crypto],
            swiftSettings: settings),
        .target(
            name: "CaselightQuery",
            dependencies: ["CaselightStore", "CaselightModel"],
            swiftSettings: settings),
        .target(
            name: "CaselightStore",
            dependencies: ["CaselightModel", grdb, .product(name: "GRDBSQLite", package: "GRDB.swift"), logging, crypto],
            swiftSettings: settings),
        .target(
            name: "CaselightArchive",
            dependencies: ["CaselightSlices", "CaselightWorkerProtocol", "CaselightModel", crypto, logging, systemPackage],
            swiftSettings: settings),
        .target(
            name: "CaselightMedia",
            dependencies: ["CaselightRTSP", "CaselightSlices", "CaselightWorkerProtocol", "CaselightModel", "CFFmpeg", crypto],
            swiftSettings: settings),
        .target(
            name: "CaselightRTSP",
            dependencies: ["CaselightModel", crypto],
            swiftSettings: settings),
        .target(name: "CaselightSlices", swiftSettings: settings),
        .target(
            name: "CaselightWorkerProtocol",
            dependencies: ["CaselightModel"],
            swiftSettings: settings),
        .target(
            name: "CaselightEvidence",
            dependencies: [
                "CaselightModel", "CZlib", crypto, cryptoExtras, systemPackage,
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [.embedInCode("Package/Manifest/manifest.schema.json")],
            swiftSettings: settings),
        .target(name: "CaselightModel", swiftSettings: settings),
        .systemLibrary(
            name: "CFFmpeg",
            pkgConfig: "libavformat libavcodec libavutil libswscale",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswscale-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "HouseTests", dependencies: ["TestSupport"], swiftSettings: settings),
        .testTarget(name: "CaselightModelTests", dependencies: ["CaselightModel", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CaselightStoreTests", dependencies: ["CaselightStore", "CaselightModel", "TestSupport", grdb], swiftSettings: settings),
        .testTarget(
            name: "CaselightEvidenceTests",
            dependencies: ["CaselightEvidence", "CaselightModel", "TestSupport", crypto, cryptoExtras, systemPackage],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightPushTests",
            dependencies: [
                "CaselightPush", "CaselightStore", "CaselightModel", "TestSupport", logging, crypto, lifecycle,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightLogTests",
            dependencies: ["CaselightLog", "CaselightStore", "CaselightEvidence", "CaselightModel", "TestSupport", logging, crypto],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightExportTests",
            dependencies: [
                "CaselightExport", "CaselightIngest", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive", "CaselightEvidence",
                "CaselightModel", "TestSupport", logging, crypto, systemPackage,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightArchiveTests",
            dependencies: [
                "CaselightArchive", "CaselightQuery", "CaselightSlices", "CaselightWorkerProtocol", "CaselightModel", "TestSupport", crypto, systemPackage,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightMediaTests",
            dependencies: ["CaselightMedia", "CaselightArchive", "CaselightWorkerProtocol", "CaselightModel", "TestSupport", crypto],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightRTSPTests", dependencies: ["CaselightRTSP", "CaselightModel", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CaselightIngestTests",
            dependencies: [
                "CaselightIngest", "CaselightStore", "CaselightArchive", "CaselightWorkerProtocol", "CaselightModel", "TestSupport", logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CaselightQueryTests",
            dependencies: ["CaselightQuery", "CaselightStore", "CaselightModel", "TestSupport", "SwiftCSV"], swiftSettings: settings),
        .testTarget(
            name: "CaselightServerTests",
            dependencies: [
                "CaselightServer", "CaselightPush", "CaselightExport", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive",
                "CaselightEvidence", "CaselightModel", "TestSupport", yams, "SwiftCSV", crypto,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["caselight", "CaselightEvidence", "CaselightModel", "TestSupport", argumentParser, systemPackage],
            swiftSettings: settings),
        .testTarget(name: "BenchTests", dependencies: ["caselight-bench"], swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests", dependencies: ["CaselightModel", "CaselightStore", "CaselightArchive", "TestSupport"], swiftSettings: settings),
    ]
)
