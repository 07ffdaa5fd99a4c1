// CSVColumns: which column of a table is the label, which say whose a row is, and which are features.
import Registry

/// The columns of a table, by position from 0.
struct CSVColumns: Sendable, Equatable {
    /// As the header calls them; none where there is no header.
    let names: [String]
    let count: Int
    let label: Int
    let group: Int?
    /// Ascending.
    let features: [Int]

    var hasHeader: Bool { !names.isEmpty }

    static let parameters = [
        Parameter.text(
            "label", default: "", "the column to predict: its name, or its number from 1; if not given, the last"),
        Parameter.text(
            "group", default: "", "the column that says whose a row is, for the split byGroup; if not given, none"),
        Parameter.text(
            "ignore", default: "", "columns that are no features: names or numbers, with commas between them"),
        Parameter.choice(
            "header", ["auto", "yes", "no"], default: "auto",
            "whether the first line names the columns; auto: if not all of its features are numbers"),
    ]

    /// - Parameter first: the cells of the first record.
    init(_ first: [String], _ parameters: ParameterValues, at place: String) throws(ConfigurationFault) {
        let header = parameters.text("header")
        if header != "auto" {
            self = try CSVColumns(first, hasHeader: header == "yes", parameters, at: place)
            return
        }
        // Where the columns are numbered, it does not matter for their numbers whether they have names as well.
        let named = try CSVColumns(first, hasHeader: true, parameters, at: place)
        let areNumbers = named.features.allSatisfy { DecimalNumber.value(of: Array(first[$0].utf8)[...]) != nil }
        self = areNumbers ? try CSVColumns(first, hasHeader: false, parameters, at: place) : named
    }

    private init(
        _ first: [String], hasHeader: Bool, _ parameters: ParameterValues, at place: String
    ) throws(ConfigurationFault) {
        let names = hasHeader ? first : []
        func column(_ text: String, key: String) throws(ConfigurationFault) -> Int {
            if let position = names.firstIndex(of: text) { return position }
            if let number = Int(text), (1...first.count).contains(number) { return number - 1 }
            let known = hasHeader ? names : (1...first.count).map(String.init)
            let shown = known.prefix(Self.mostNames).joined(separator: ", ")
            let rest = known.count > Self.mostNames ? " and \(known.count - Self.mostNames) more" : ""
            throw ConfigurationFault(
                "there is no column '\(excerpt(of: text))', which task.dataset.\(key) asks for; there are "
                    + "\(shown)\(rest)\(hasHeader ? "" : ", which have no names here")", at: place)
        }
        func optional(_ key: String) throws(ConfigurationFault) -> Int? {
            let text = parameters.text(key)
            return text.isEmpty ? nil : try column(text, key: key)
        }
        let label = try optional("label") ?? first.count - 1
        let group = try optional("group")
        var others = [label, group].compactMap(\.self)
        for name in parameters.text("ignore").split(separator: ",") {
            others.append(try column(String(decoding: Array(name.utf8)[...].trimmed, as: UTF8.self), key: "ignore"))
        }
        features = first.indices.filter { !others.contains($0) }
        self.names = names
        count = first.count
        self.label = label
        self.group = group
        guard group != label else {
            throw ConfigurationFault(
                "column \(name(of: label)) is both task.dataset.label and task.dataset.group", at: place)
        }
        guard !features.isEmpty else {
            let separator = parameters.text("separator")
            throw ConfigurationFault(
                "has \(count == 1 ? "1 column" : "\(count) columns"), none of which is left for features; "
                    + "task.dataset.separator is '\(separator)'", at: place)
        }
    }

    private static let mostNames = 12

    /// `3 ('alcohol')`.
    func name(of column: Int) -> String { "\(column + 1)" + (hasHeader ? " ('\(excerpt(of: names[column]))')" : "") }
}
