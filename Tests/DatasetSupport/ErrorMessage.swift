/// What an error says of itself.
/// - Returns: "no error" if there is none.
public func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}
