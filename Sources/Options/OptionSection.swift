/// One section of a configuration file: its keys, in the order of the file.
public struct OptionSection<Draft: OptionDraft> {
    /// A section that may occur several times, `[[name]]`.
    public struct Elements {
        /// The value of each key in each element of a configuration.
        let values: (Draft.Configuration) -> [[String: OptionValue]]
        /// Adds the element to the draft after reading.
        let append: (inout Draft) -> Void

        public init(
            values: @escaping (Draft.Configuration) -> [[String: OptionValue]], append: @escaping (inout Draft) -> Void
        ) {
            self.values = values
            self.append = append
        }
    }

    public let name: String
    /// Comment below the section's header.
    public let explanation: String
    public let keys: [OptionKey<Draft>]
    /// nil: the section occurs once.
    let elements: Elements?
    /// Finds faults between the keys of the section, after all of them were read.
    let check: ((OptionTable, inout Draft) -> Void)?

    public init(
        _ name: String, _ explanation: String = "", elements: Elements? = nil,
        check: ((OptionTable, inout Draft) -> Void)? = nil, keys: [OptionKey<Draft>]
    ) {
        self.name = name
        self.explanation = explanation
        self.keys = keys
        self.elements = elements
        self.check = check
    }
}
