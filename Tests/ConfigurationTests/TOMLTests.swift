import Testing

@testable import Options

/// The reader, compared with the specification (toml.io/en/v1.0.0), and inputs that it must refuse.
@Suite struct TOMLTests {
    private func toml(_ text: String) throws -> String { OptionValue.table(try TOMLReader.read(text)).toml }

    @Test(arguments: [
        ("", "{}"), ("# only a comment", "{}"), ("\u{FEFF}a = 1", "{a = 1}"), ("a = 1\r\nb = 2 # c\r\n", "{a = 1, b = 2}"),
        ("a = +1_000\nb = -0\nc = 0xDEAD_beef\nd = 0o17\ne = 0b101", "{a = 1000, b = 0, c = 3735928559, d = 15, e = 5}"),
        ("a = 9223372036854775807\nb = -9223372036854775808", "{a = 9223372036854775807, b = -9223372036854775808}"),
        ("a = 1.5\nb = -1_0.2_5e+0_1\nc = 6e2\nd = inf\ne = -inf\nf = nan", "{a = 1.5, b = -102.5, c = 600.0, d = inf, e = -inf, f = nan}"),
        ("a = true\nb = false", "{a = true, b = false}"),
        ("a = \"\\u0041\\U0001F600\\t\\\\\\\"\"", "{a = \"A\u{1F600}\\u0009\\\\\\\"\"}"), ("a = '\\n\"'", "{a = \"\\\\n\\\"\"}"),
        ("a = \"\"\"\nx\ny\\\n   z\"\"\"\"\"", "{a = \"x\\u000Ayz\\\"\\\"\"}"), ("a = '''\n'x''y''''", "{a = \"'x''y'\"}"),
        ("a = \"\"", "{a = \"\"}"),
        ("a = [1, # one\n [2], {b = 3},\n]", "{a = [1, [2], {b = 3}]}"), ("a = { b.c = 1, b.d = {} }", "{a = {b = {c = 1, d = {}}}}"),
        ("a.b . \"c d\" = 1\na.'e' = 2", "{a = {b = {c d = 1}, e = 2}}"), ("1979-05-27 = 1", "{1979-05-27 = 1}"),
        ("[ a . b ]\nc = 1\n[a]\nd = 2\n[a.e]", "{a = {b = {c = 1}, d = 2, e = {}}}"),
        ("a.b = 1\n[a.c]\nd = 1", "{a = {b = 1, c = {d = 1}}}"),
        ("[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 1\n[[a.e]]", "{a = [{b = 1}, {c = {d = 1}, e = [{}]}]}"),
        (
            "a = 1979-05-27\nb = 07:32:00.5\nc = 1979-05-27T07:32:00Z\nd = 1979-05-27 07:32:00-08:00",
            "{a = date, b = time, c = date with a time, d = date with a time}"
        ),
    ])
    func validTOMLIsRead(_ text: String, _ expected: String) throws { #expect(try toml(text) == expected) }

    @Test(arguments: [
        // Words.
        ("a = debug", 1, 5, "debug"), ("a =\nb = 1", 1, 4, "the end of the line"), ("a = ", 1, 5, "the end of the file"),
        ("a 1", 1, 3, "1"), ("= 1", 1, 1, "="), ("a = 1 b = 2", 1, 7, "b"), ("[log]\n:x", 2, 1, ":x"), ("é = 1", 1, 1, "é"),
        // Numbers and times.
        ("a = 01", 1, 5, "01"), ("a = 1__0", 1, 5, "1__0"), ("a = 1_", 1, 5, "1_"), ("a = .5", 1, 5, ".5"), ("a = 1.", 1, 5, "1."),
        ("a = +0x1", 1, 5, "+0x1"), ("a = 0xG", 1, 5, "0xG"), ("a = 1e", 1, 5, "1e"),
        ("a = 9223372036854775808", 1, 5, "9223372036854775808"),
        ("a = 1979-05-27Tgate2:00Z", 1, 5, "1979-05-27Tgate2:00Z"), ("a = 1979-02-29", 1, 5, "1979-02-29"),
        ("a = 24:00:00", 1, 5, "24:00:00"),
        // Strings.
        ("a = \"b", 1, 7, "the end of the file"), ("a = 'b\nc'", 1, 7, "the end of the line"), ("a = \"\\x\"", 1, 6, "\\x\""),
        ("a = \"\\uD800\"", 1, 6, "\\uD800\""), ("a = \"\\u12\"", 1, 6, "\\u12\""), ("a = \"\"\"b\n", 2, 1, "the end of the file"),
        ("a = 'b\u{1}'", 1, 7, "\u{1}'"), ("# \u{7F}", 1, 3, "\u{7F}"), ("[log]\n\0[nonsense]", 2, 1, "\0[nonsense"),
        ("a = 1\rb = 2", 1, 6, "the end of the line"),
        // Tables.
        ("[a", 1, 3, "the end of the file"), ("[:a]", 1, 2, ":a"), ("[]", 1, 2, "]"), ("[[a]", 1, 5, "the end of the file"),
        ("[a] b = 1", 1, 5, "b"),
        ("[a]\n[a]", 2, 2, "a again"), ("a = 1\n[a]", 2, 2, "a again"), ("a.b = 1\n[a]", 2, 2, "a again"), ("[[a]]\n[a]", 2, 2, "a again"),
        ("a = [1]\n[[a]]", 2, 3, "a again"), ("a = 1\n[a.b]", 2, 2, "a, which cannot be extended"),
        ("a = 1\n  a = 2", 2, 3, "a second one"), ("[a.b]\n[a]\nb.c = 1", 3, 1, "b defined before"),
        ("a = {b = 1}\na.c = 2", 2, 1, "a defined before"),
        ("a = {b = 1,}", 1, 12, "}"), ("a = {b = 1\n}", 1, 11, "the end of the line"), ("a = [1 2]", 1, 8, "2"), ("a = [,]", 1, 6, ","),
    ])
    func invalidTOMLIsReportedWithLineAndColumn(_ text: String, _ line: Int, _ column: Int, _ found: String) throws {
        let fault = try #require(throws: TOMLFault.self) { try TOMLReader.read(text) }
        #expect((fault.line, fault.column, fault.found) == (line, column, found), "\(fault)")
        #expect(!fault.expected.isEmpty)
    }

    @Test func deepNestingIsRefused() {
        for text in [
            "a = \(String(repeating: "[", count: 100_000))", "a = \(String(repeating: "{a=", count: 100_000))",
            "\(String(repeating: "a.", count: 100_000))a = 1", "[\(String(repeating: "a.", count: 100_000))a]",
        ] {
            #expect(throws: TOMLFault.self) { try TOMLReader.read(text) }
        }
    }
}
