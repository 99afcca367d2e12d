/// Whether an error has the required form: not empty, one line, without control characters.
func demandOneLine(_ description: String) {
    precondition(!description.isEmpty, "an error that says nothing")
    let control = description.unicodeScalars.first { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 }
    precondition(control == nil, "an error of more than one line: \(description.debugDescription)")
}
