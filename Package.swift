// swift-tools-version: 6.2
import PackageDescription

/// Every target states what it exports and never sees what it did not import.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "azukari",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // C libraries of the system
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

        // The spine
        .target(name: "Records", swiftSettings: strict),
        .target(name: "Formats", dependencies: ["Records", "CLibXML2", "CZip"], swiftSettings: strict),
        .target(name: "SOQL", dependencies: ["Records"], swiftSettings: strict),
        .target(name: "Store", dependencies: ["Records", "CSQLite", "CPostgreSQL"], swiftSettings: strict),
        .target(
            name: "Vault",
            dependencies: [
                "Records", "Store", "CLibCrypto",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Ledger",
            dependencies: ["Records", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),

        // The door
        .target(
            name: "Engine",
            dependencies: [
                "Records", "SOQL", "Store", "Vault", "Ledger",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict
        ),

        // The wings
        .target(
            name: "Identity",
            dependencies: [
                "Records", "Engine",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Privacy",
            dependencies: [
                "Records", "Engine", "Formats", "SOQL",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict
        ),

        .target(name: "Loading", dependencies: ["Records", "Engine", "Formats"], swiftSettings: strict),
        .target(name: "Reports", dependencies: ["Records", "Engine", "Formats"], swiftSettings: strict),

        // The edges
        .target(
            name: "HTTP",
            dependencies: [
                "Records", "Engine", "Identity", "CZlib",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Records", "HTTP", "Engine", "Identity", "Loading", "Privacy", "Formats", "SOQL",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Web",
            dependencies: [
                "Records", "HTTP", "Engine", "Identity", "Loading", "Privacy", "Reports", "CQREncode",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "azukari",
            dependencies: [
                "Records", "Formats", "SOQL", "Engine", "Identity", "Loading", "Privacy", "HTTP", "API", "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict
        ),
        // The programs that script/bench runs beside the product
        .executableTarget(
            name: "azukari-bench",
            dependencies: [
                "Records", "Engine", "Privacy", "Store",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Benchmarks/Programs",
            swiftSettings: strict
        ),

        // Tests
        .target(
            name: "AzukariTesting",
            dependencies: ["Records", "Engine", "Store", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(name: "RecordsTests", dependencies: ["Records"], swiftSettings: strict),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Records"], swiftSettings: strict),
        .testTarget(name: "SOQLTests", dependencies: ["SOQL", "Records"], swiftSettings: strict),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Records"], swiftSettings: strict),
        .testTarget(
            name: "VaultTests",
            dependencies: ["Vault", "Store", "Records", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .testTarget(
            name: "LedgerTests",
            dependencies: ["Ledger", "Records", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "Engine", "Store", "Vault", "Ledger", "SOQL", "Records", "AzukariTesting",
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: ["Identity", "Engine", "Records", "AzukariTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PrivacyTests",
            dependencies: ["Privacy", "Engine", "Formats", "Records", "AzukariTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Reports", "Engine", "Records", "AzukariTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "HTTP", "Identity", "Privacy", "Engine", "Formats", "Records", "AzukariTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoadingTests", dependencies: ["Loading", "Formats", "Records"], swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "API", "HTTP", "Identity", "Privacy", "Reports", "Engine", "Records", "AzukariTesting",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["azukari", "Engine", "Loading", "Privacy", "Formats", "Records", "AzukariTesting"],
            swiftSettings: strict
        ),
    ]
)
