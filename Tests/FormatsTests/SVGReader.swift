import Foundation
import FoundationXML
import Testing

/// The contents of an SVG; a document that is not well-formed fails the test.
final class SVGReader: NSObject, XMLParserDelegate {
    struct Path {
        let kind: String
        /// A track's.
        let id: String?
        /// A curve's.
        let name: String?
        let stroke: String?
        let data: String

        /// Where the pen is put down and drawn to: x and y of every M and L.
        var points: [[Double]] {
            data.split { $0 == "M" || $0 == "L" }.map { pair in
                pair.split { $0 == " " || $0 == "h" || $0 == "H" }.prefix(2).compactMap { Double($0) }
            }
        }
    }

    private(set) var paths: [Path] = []
    private(set) var texts: [String] = []
    private var text: String?

    init(_ svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        try #require(parser.parse(), "not well-formed: \(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "path" {
            paths.append(
                Path(
                    kind: attributes["class"] ?? "", id: attributes["data-id"], name: attributes["data-name"],
                    stroke: attributes["stroke"], data: attributes["d"] ?? ""))
        }
        if name == "text" || name == "title" { text = "" }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text? += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard name == "text" || name == "title" else { return }
        if let text { texts.append(text) }
        text = nil
    }
}
