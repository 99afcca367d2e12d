// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every module.
let strict: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A module, with the modules that it imports.
func module(_ name: String, on dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a module, with what they import besides it. Fixtures lie in Tests/Fixtures, read through TestSupport.
func tests(_ name: String, with dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "bearing",
    products: [.executable(name: "bearing", targets: ["bearing"])],
    traits: [.trait(name: "MPI", description: "Training by several processes or machines with Open MPI (libopenmpi-dev).")],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // C libraries of the system, and the few shims that Swift needs in front of them.
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSampleRate", pkgConfig: "samplerate", providers: [.apt(["libsamplerate0-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CLo", pkgConfig: "liblo", providers: [.apt(["liblo-dev"])]),
        .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .target(name: "CRealtime", dependencies: ["CALSA", "COpenBLAS", "CFFTW"]),
        .target(
            name: "CMPI", dependencies: [.target(name: "COpenMPI", condition: .when(traits: ["MPI"]))],
            cSettings: [.define("BEARING_MPI", .when(traits: ["MPI"]))]),

        // A module imports only modules above it.
        module("Signal", on: []),
        module("JSON", on: []),
        module("Tensor", on: []),
        module("Geometry", on: []),
        module("Platform", on: ["CRealtime"]),
        module("Ranks", on: ["CMPI", "Platform"]),
        module("Files", on: []),
        module("Fingerprints", on: ["Files"]),
        module("Kernels", on: ["CRealtime", "Tensor"]),
        module("Features", on: ["CRealtime", "Signal", "Tensor"]),
        module("Networks", on: ["Signal", "Tensor", "Platform", "Kernels"]),
        module("Tracking", on: ["CRealtime", "Geometry"]),
        module("Audio", on: ["CRealtime", "CALSA", "CSndFile", "CSampleRate", "Signal", "Geometry", "Platform", "Files"]),
        module(
            "Pipeline",
            on: [
                "Signal", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio",
            ]),
        module("SafeTensors", on: ["JSON", "Files"]),
        module("Options", on: ["Files"]),
        module(
            "Formats",
            on: [
                "JSON", "Signal", "Tensor", "Geometry", "Files", "Fingerprints", "Kernels", "Features", "Networks", "Tracking", "Audio",
                "Pipeline",
                "SafeTensors", "Options",
            ]),
        module("TrackFeed", on: ["JSON", "CRealtime", "Signal", "Geometry", "Platform", "Files", "Tracking"]),
        module(
            "Scenes",
            on: [
                "CRealtime", "Signal", "Tensor", "Geometry", "Platform", "Files", "Fingerprints", "Audio", "Formats",
            ]),
        module(
            "Dataset",
            on: [
                "Signal", "Tensor", "Geometry", "Platform", "Files", "Fingerprints", "Features", "Tracking", "Audio",
                "Pipeline", "SafeTensors", "Options", "Formats",
            ]),
        module("Losses", on: ["Tensor", "Platform", "Kernels", "Networks", "Tracking"]),
        module(
            "Evaluation",
            on: [
                "Signal", "Tensor", "Geometry", "Platform", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline", "Formats",
                "Dataset",
            ]),
        module(
            "Training",
            on: [
                "JSON", "Signal", "Tensor", "Geometry", "Platform", "Files", "Fingerprints", "Kernels", "Features", "Networks",
                "Tracking", "Audio", "Pipeline", "SafeTensors", "Options", "Formats", "Dataset", "Losses", "Evaluation",
            ]),
        module(
            "Reproduction",
            on: [
                "JSON", "Tensor", "Files", "Fingerprints", "Features", "Networks", "Tracking", "SafeTensors", "Formats",
                "Dataset", "Losses", "Evaluation", "Training",
            ]),
        module("Configuration", on: ["Geometry", "Files", "Tracking", "Audio", "Options", "TrackFeed"]),
        module("Service", on: ["CRealtime", "Platform", "Files", .product(name: "Logging", package: "swift-log")]),
        module("Subscription", on: ["Platform", "TrackFeed"]),
        module("MQTT", on: ["CMosquitto", "Platform", "Files", "Configuration", .product(name: "Logging", package: "swift-log")]),
        module("HTTP", on: ["Platform", .product(name: "FlyingSocks", package: "FlyingFox")]),
        module(
            "Web",
            on: [
                "JSON", "Geometry", "Platform", "Files", "Audio", "Formats", "TrackFeed", "Configuration", "Subscription", "MQTT", "HTTP",
                .product(name: "Logging", package: "swift-log"),
            ]),
        module(
            "Bridges",
            on: [
                "CLo", "JSON", "Geometry", "Platform", "TrackFeed", "Configuration", "Subscription", "MQTT",
                .product(name: "Logging", package: "swift-log"),
            ]),
        module("Diagnosis", on: ["CRealtime", "Signal", "Tensor", "Geometry", "Features", "Audio"]),
        module(
            "Daemon",
            on: [
                "CRealtime", "Signal", "Geometry", "Platform", "Files", "Tracking", "Audio", "Pipeline", "TrackFeed", "Diagnosis",
                "Service",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "bearing",
            dependencies: [
                "CRealtime", "JSON", "Signal", "Tensor", "Geometry", "Platform", "Files", "Fingerprints", "Kernels", "Features", "Networks",
                "Tracking", "Audio", "Pipeline", "SafeTensors", "Options", "Formats", "TrackFeed", "Scenes", "Dataset", "Losses",
                "Evaluation", "Training", "Reproduction", "Ranks", "Configuration", "Service", "Subscription", "MQTT", "Web",
                "Bridges", "Diagnosis",
                "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Shared by test targets: fixtures, random numbers, the counter of heap allocations, small data sets.
        .target(name: "CTestHooks", path: "Tests/CTestHooks"),
        .target(
            name: "TestSupport", dependencies: ["Platform", "SafeTensors", "CTestHooks"], path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "DatasetSupport", dependencies: ["Audio", "Dataset", "Platform", "TestSupport"], path: "Tests/DatasetSupport",
            swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Signal", "Geometry", "Files", "Features", "Networks", "Tracking", "Audio", "Pipeline", "SafeTensors", "Options",
                "Formats", "TrackFeed", "Training", "Configuration", "HTTP",
            ],
            path: "Fuzz/Targets", swiftSettings: strict),
        tests("Tensor", with: ["TestSupport"]),
        tests("JSON"),
        tests("Geometry", with: ["TestSupport"]),
        tests("Platform", with: ["TestSupport"]),
        tests("Files", with: ["TestSupport"]),
        tests("Fingerprints", with: ["Files"]),
        tests("Kernels", with: ["CRealtime", "Tensor", "Platform", "TestSupport"]),
        tests("Features", with: ["Tensor", "Geometry", "TestSupport"]),
        tests("Networks", with: ["Tensor", "Platform", "Kernels", "TestSupport"]),
        tests("Tracking", with: ["Geometry", "TestSupport"]),
        tests("Audio", with: ["Geometry", "Platform", "TestSupport"]),
        tests(
            "Pipeline",
            with: [
                "Signal", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Formats", "TestSupport",
            ]),
        tests("SafeTensors", with: ["TestSupport"]),
        tests(
            "Formats",
            with: [
                "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "SafeTensors", "Options",
                "TestSupport",
            ]),
        tests("TrackFeed", with: ["JSON", "Files", "CRealtime", "Geometry", "Tracking", "TestSupport"]),
        tests("Scenes", with: ["Signal", "Tensor", "Geometry", "Platform", "Files", "Audio", "Formats", "TestSupport"]),
        tests(
            "Dataset", with: ["Features", "Files", "Fingerprints", "Formats", "SafeTensors", "Audio", "Tensor", "DatasetSupport"]),
        tests("Losses", with: ["Tensor", "Platform", "Kernels", "Networks", "TestSupport"]),
        tests(
            "Evaluation",
            with: [
                "Signal", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline", "Dataset",
                "DatasetSupport",
            ]),
        tests(
            "Training",
            with: [
                "Signal", "Tensor", "Geometry", "Platform", "Files", "Fingerprints", "Kernels", "Features", "Networks",
                "Tracking", "Audio", "Pipeline", "SafeTensors", "Options", "Formats", "Dataset", "Losses",
                "TestSupport", "DatasetSupport",
            ]),
        tests(
            "Reproduction",
            with: [
                "Geometry", "Kernels", "Networks", "Tracking", "Formats", "Dataset", "Losses", "Training",
                "DatasetSupport",
            ]),
        tests("Configuration", with: ["Geometry", "Tracking", "Audio", "Options", "TrackFeed", "TestSupport"]),
        tests("Service", with: ["Platform", "Files", "TestSupport", .product(name: "Logging", package: "swift-log")]),
        tests("Subscription", with: ["Platform", "TrackFeed", "TestSupport"]),
        tests("HTTP", with: ["TestSupport"]),
        tests(
            "Web",
            with: [
                "Audio", "TrackFeed", "Configuration", "Subscription", "MQTT", "HTTP", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("MQTT", with: ["TestSupport"]),
        tests("Bridges", with: ["TrackFeed", "Configuration", "MQTT"]),
        tests("Diagnosis", with: ["Geometry", "Platform", "Audio", "Scenes", "TestSupport"]),
        tests(
            "Daemon",
            with: [
                "Geometry", "Platform", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline",
                "TrackFeed", "Diagnosis", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "FuzzTargets", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Geometry", "Platform", "Files", "Kernels", "Features", "Networks", "Tracking", "Audio", "SafeTensors",
                "Formats", "TrackFeed", "Configuration", "Diagnosis", "bearing", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
    ]
)

// The fuzzer's own program wants instrumented code, so an ordinary build knows nothing of it; tools/sanitizers/fuzz asks for it.
if Context.environment["BEARING_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/Driver", swiftSettings: strict))
}

// The API pages are made by a plug-in that an ordinary build does not need; tools/docs/api-pages asks for it.
if Context.environment["BEARING_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}
