// A model that an attacker wants, as a parameter: one number for all elements, all of them, or a file of tensors, which
// whoever assembles a run has to read.
import Registry

/// An attack towards a model of the attacker's choice.
public protocol TargetedAttack: Attack {
    var target: TargetModel { get set }
}

/// The model wanted.
public struct TargetModel: Sendable {
    static let parameter = Parameter.model(
        "target", default: "0", "the model wanted: one number for all elements, or all of them between commas")

    /// Where the elements are to be read from before the run, if they are in a file.
    public let file: FileValue?
    private var values: [Float]

    init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        file = parameters.file("target")
        values = []
        guard file == nil else { return }
        let text = parameters.text("target")
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Float(word.filter { $0 != " " }), value.isFinite else {
                throw ConfigurationFault(
                    .notAllowed(key: "target", given: "'\(text)'", allowed: "finite numbers between commas"))
            }
            values.append(value)
        }
    }

    /// Takes over what is in its file.
    public mutating func load(_ elements: [Float]) { values = elements }

    func check(dimension: Int) throws(ConfigurationFault) {
        guard file == nil || !values.isEmpty else {
            throw ConfigurationFault("target is a file, and files are read for runs alone; allowed: numbers")
        }
        guard values.count == 1 || values.count == dimension else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "target", given: "\(values.count) numbers", allowed: "1, or one for each of \(dimension)"))
        }
    }

    /// The model, of so many elements.
    public func model(of dimension: Int) -> [Float] {
        precondition(values.count == 1 || values.count == dimension, "checked before the run")
        return values.count == 1 ? [Float](repeating: values[0], count: dimension) : values
    }
}
