import Foundation

/// A line on its way to browsers.
struct FeedMessage: Sendable {
    let type: String
    /// One JSON object in UTF-8.
    let json: Data
}
