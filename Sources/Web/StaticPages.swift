import Files

/// The files of the page, read once: a name and its bytes.
package struct StaticPages: Sendable {
    struct Page: Sendable {
        let type: String
        let bytes: [UInt8]
    }

    private let pages: [String: Page]

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "webmanifest": "application/manifest+json",
    ]

    /// Reads all files of the types that a page has.
    package init(folder: String) throws(WebError) {
        var pages: [String: Page] = [:]
        do throws(FileError) {
            for name in try Folder.names(in: folder) {
                guard let type = Self.types[PathName.suffix(name)] else { continue }
                pages[name] = Page(type: type, bytes: try WholeFile.read("\(folder)/\(name)", limit: .settings))
            }
        } catch {
            throw .file(error)
        }
        self.pages = pages
    }

    subscript(name: String) -> Page? { pages[name] }
}
