// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every room.
let strict: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A room of the house. `floor` lists the rooms below it that it may import.
func room(_ name: String, on floor: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: floor, swiftSettings: strict)
}

/// The tests of one room; fixtures lie in Tests/Fixtures, read through TestSupport.
func tests(of name: String, with floor: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + floor, swiftSettings: strict)
}

let package = Package(
    name: "bearing",
    products: [.executable(name: "bearing", targets: ["bearing"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // C libraries of the system, and the few shims that Swift needs in front of them.
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSampleRate", pkgConfig: "samplerate", providers: [.apt(["libsamplerate0-dev"])]),
        .target(name: "CRealtime", dependencies: ["CALSA", "COpenBLAS", "CFFTW"]),

        // Ground floor first: a room imports only rooms named above it.
        room("Files", on: []),
        room("Tensor", on: []),
        room("Geometry", on: []),
        room("Kernels", on: ["CRealtime", "Tensor"]),
        room("Features", on: ["CRealtime", "Tensor"]),
        room("Networks", on: ["Tensor", "Kernels"]),
        room("Tracking", on: ["Geometry"]),
        room("Audio", on: ["CRealtime", "CALSA", "CSndFile", "CSampleRate", "Files", "Geometry"]),
        room("Pipeline", on: ["Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio"]),
        room("Fingerprints", on: ["Files"]),
        room("SafeTensors", on: ["Files"]),
        room("Options", on: ["Files"]),
        room(
            "Formats",
            on: [
                "Files", "SafeTensors", "Options", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking",
                "Audio",
            ]),
        room("TrackFeed", on: ["CRealtime", "Geometry", "Tracking"]),
        room("Scenes", on: ["CRealtime", "Files", "Fingerprints", "Tensor", "Geometry", "Audio", "Formats"]),
        room(
            "Training",
            on: [
                "Files", "Fingerprints", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline",
                "SafeTensors", "Formats", "Options",
            ]),
        room("Configuration", on: ["Files", "Geometry", "Audio", "Tracking", "Options", "TrackFeed"]),
        room("Diagnosis", on: ["Tensor", "Geometry", "Features", "Audio"]),
        room(
            "Daemon",
            on: [
                "CRealtime", "Files", "Tracking", "Audio", "Pipeline", "TrackFeed", "Diagnosis",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "bearing",
            dependencies: [
                "Files", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline", "Formats",
                "TrackFeed", "Scenes", "Options", "Training", "Configuration", "Diagnosis", "Daemon", "SafeTensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // What several test targets share: fixtures, random numbers, the counter of heap allocations.
        .target(name: "CTestHooks", path: "Tests/CTestHooks"),
        .target(
            name: "TestSupport", dependencies: ["CTestHooks", "SafeTensors"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Files", "Geometry", "Features", "Networks", "Tracking", "Audio", "Pipeline", "SafeTensors", "Options", "Formats",
                "TrackFeed", "Training", "Configuration",
            ], path: "Fuzz/Targets", swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: strict),
        tests(of: "Tensor"),
        tests(of: "Geometry"),
        tests(of: "Kernels", with: ["Tensor"]),
        tests(of: "Features", with: ["Tensor", "Geometry"]),
        tests(of: "Networks", with: ["Tensor", "Kernels"]),
        tests(of: "Tracking", with: ["Geometry"]),
        tests(of: "Audio", with: ["Geometry"]),
        tests(of: "Pipeline", with: ["Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio"]),
        tests(of: "SafeTensors"),
        .testTarget(name: "FingerprintsTests", dependencies: ["Files", "Fingerprints"], swiftSettings: strict),
        tests(
            of: "Formats",
            with: ["SafeTensors", "Options", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio"]),
        tests(of: "TrackFeed", with: ["CRealtime", "Geometry", "Tracking"]),
        tests(of: "Scenes", with: ["Files", "Tensor", "Geometry", "Audio", "Formats"]),
        tests(
            of: "Training",
            with: [
                "Files", "Fingerprints", "Tensor", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline",
                "SafeTensors", "Formats", "Options",
            ]),
        tests(of: "Configuration", with: ["Options", "Geometry", "Audio", "Tracking", "TrackFeed"]),
        tests(of: "Diagnosis", with: ["Geometry", "Audio", "Scenes"]),
        tests(
            of: "Daemon",
            with: [
                "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "Pipeline", "TrackFeed", "Diagnosis",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "bearing", "Files", "Geometry", "Kernels", "Features", "Networks", "Tracking", "Audio", "SafeTensors", "Formats",
                "Configuration", "Diagnosis", "TrackFeed",
                "TestSupport",
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
