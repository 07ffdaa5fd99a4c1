// ClassNames: labels as files write them, as classes 0, 1, …. Labels that are all numbers are told apart and ordered by
// value, so that "+1" is "1" and 10 comes after 9; others by their bytes.
import Registry

/// Which class each label is, and what it is called.
struct ClassNames: Sendable, Equatable {
    /// More classes are hardly meant.
    static let most = 10_000

    private enum Key: Hashable { case text([UInt8]), number(Double) }

    /// Of each class.
    let names: [String]
    private let areNumbers: Bool
    private let classes: [Key: Int32]

    /// - Parameter labels: every label that occurs.
    init(_ labels: [[UInt8]]) {
        let numbers = labels.compactMap { DecimalNumber.value(of: $0[...]) }
        areNumbers = numbers.count == labels.count
        var classes: [Key: Int32] = [:]
        var names: [String] = []
        let order = labels.indices.sorted {
            numbers.count == labels.count
                ? numbers[$0] < numbers[$1] : labels[$0].lexicographicallyPrecedes(labels[$1])
        }
        for index in order {
            let key = areNumbers ? Key.number(numbers[index]) : .text(labels[index])
            guard classes[key] == nil else { continue }
            classes[key] = Int32(names.count)
            names.append(String(decoding: labels[index], as: UTF8.self))
        }
        self.classes = classes
        self.names = names
    }

    var count: Int { names.count }
    /// Whether the labels are numbers, and some of them not whole.
    var haveFractions: Bool { areNumbers && names.contains { Double($0).map { $0 != $0.rounded() } ?? false } }

    /// The class of a label; `nil` for one that does not occur.
    func label(of text: [UInt8]) -> Int32? {
        if !areNumbers { return classes[.text(text)] }
        return DecimalNumber.value(of: text[...]).flatMap { classes[.number($0)] }
    }
}

/// Texts by number, in the order in which they first occurred.
struct TextNumbers {
    private(set) var texts: [[UInt8]] = []
    private var numbers: [[UInt8]: Int32] = [:]

    mutating func number(of text: [UInt8]) -> Int32 {
        if let number = numbers[text] { return number }
        let number = Int32(texts.count)
        numbers[text] = number
        texts.append(text)
        return number
    }
}

/// The targets of a table, as they are read row by row: numbers, or labels that become classes.
struct TargetColumn {
    private let isOfValues: Bool
    /// Of the training part; `nil` where this is the training part.
    private let given: ClassNames?
    private var values: [Float] = []
    private var labels: [Int32] = []
    private var texts = TextNumbers()

    static let parameter = Parameter.choice(
        "target", ["class", "value"], default: "class", "what a label is: one of some classes, or a number to predict")

    init(_ parameters: ParameterValues, classes given: ClassNames?) {
        isOfValues = parameters.text("target") == "value"
        self.given = given
    }

    var count: Int { isOfValues ? values.count : labels.count }

    /// Adds the target of the next row.
    ///
    /// - Parameter place: for messages.
    mutating func add(_ text: ArraySlice<UInt8>, at place: @autoclosure () -> String) throws(ConfigurationFault) {
        if isOfValues {
            guard let value = DecimalNumber.feature(of: text) else {
                throw ConfigurationFault(
                    "\(place()) is '\(excerpt(of: words(text)))'; allowed where task.dataset.target is value: "
                        + DecimalNumber.allowed)
            }
            return values.append(value)
        }
        guard !text.isEmpty else { throw ConfigurationFault("\(place()) is empty; expected a label") }
        guard let given else {
            labels.append(texts.number(of: Array(text)))
            guard texts.texts.count <= ClassNames.most else {
                throw ConfigurationFault("up to \(place()) there are more than \(ClassNames.most) labels; \(Self.hint)")
            }
            return
        }
        guard let label = given.label(of: Array(text)) else {
            throw ConfigurationFault(
                "\(place()) is '\(excerpt(of: words(text)))', a label that does not occur in the training part")
        }
        labels.append(label)
    }

    private static let hint =
        "task.dataset.target is value where a number is to be predicted; in CSV, task.dataset.label says which column"
        + " it is"
    /// More labels with fractions are hardly classes.
    private static let mostFractions = 20

    /// Of all rows, and the names of the classes if there are any.
    func finished() throws(ConfigurationFault) -> (targets: Targets, classes: ClassNames?) {
        if isOfValues { return (.values(values), nil) }
        if let given { return (.classes(labels, of: given.count), given) }
        let classes = ClassNames(texts.texts)
        guard classes.count > 1 else {
            let label = classes.names.first.map { "'\(excerpt(of: $0))'" } ?? "none"
            throw ConfigurationFault("the only label is \(label); expected at least 2 classes")
        }
        guard !classes.haveFractions || classes.count <= Self.mostFractions else {
            throw ConfigurationFault("there are \(classes.count) labels, some with fractions; \(Self.hint)")
        }
        let ofNumber = texts.texts.map { classes.label(of: $0) ?? 0 }
        return (.classes(labels.map { ofNumber[Int($0)] }, of: classes.count), classes)
    }

    private func words(_ text: ArraySlice<UInt8>) -> String { String(decoding: text, as: UTF8.self) }
}
