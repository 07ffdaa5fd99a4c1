// PaperPack: a paper's experiments as one value: what runs, what the paper claims of it, and how it is shown beside it.
// How a pack is run is PackRun's business, how a claim is judged JudgedClaim's.
import Registry

/// A paper that can be reproduced by one command.
public struct PaperPack: Sendable {
    /// What the operator types.
    public let name: String
    /// One sentence for listings.
    public let summary: String
    /// Authors, title and number of each paper.
    public let papers: [String]
    /// What runs and what is claimed, at the scale and on the data that were asked for.
    public let study: @Sendable (PackRequest) throws(ConfigurationFault) -> PackStudy

    public init(
        name: String, summary: String, papers: [String],
        study: @escaping @Sendable (PackRequest) throws(ConfigurationFault) -> PackStudy
    ) {
        self.name = name
        self.summary = summary
        self.papers = papers
        self.study = study
    }
}

/// How much of a paper is run.
public enum PackScale: String, Sendable, CaseIterable {
    /// In minutes, on the built-in digits.
    case quick
    /// As the paper has it.
    case full
}

/// What was asked for.
public struct PackRequest: Sendable {
    public let scale: PackScale
    /// The images that softmax regression and small nets learn: the digits in `quick`, otherwise MNIST where it is
    /// given, or Fashion-MNIST.
    public let images: PackData
    /// Coloured ones for convolutional nets, where they are given.
    public let colours: PackData?

    public init(scale: PackScale, images: PackData, colours: PackData? = nil) {
        self.scale = scale
        self.images = images
        self.colours = colours
    }

    public var isQuick: Bool { scale == .quick }

    /// One of two values, by scale.
    public func choose<Value>(quick: Value, full: Value) -> Value { isQuick ? quick : full }
}

/// What runs, what is claimed of it, and how it is shown.
public struct PackStudy: Sendable {
    /// The setting in sentences, and how it differs from the paper's.
    public let setting: [String]
    public let sweeps: [Sweep]
    public let calculations: [Calculation]
    public let claims: [Claim]
    public let figures: [PackFigure]

    public init(
        setting: [String], sweeps: [Sweep] = [], calculations: [Calculation] = [], claims: [Claim],
        figures: [PackFigure]
    ) {
        self.setting = setting
        self.sweeps = sweeps
        self.calculations = calculations
        self.claims = claims
        self.figures = figures
    }
}

extension Sweep {
    /// A sweep that a pack makes, out of pieces of JSON.
    ///
    /// - Parameters:
    ///   - every: it is measured every so many rounds.
    ///   - base: an experiment.
    ///   - grid: keys, with names and values.
    public init(
        _ name: String, every: Int = 0, base: String, grid: [(key: String, values: [(name: String, json: String)])]
    ) throws(ConfigurationFault) {
        let axes = grid.map { key, values in
            "\"\(key)\": {\(values.map { "\"\($0.name)\": \($0.json)" }.joined(separator: ", "))}"
        }
        let json = """
            {"name": "\(name)", "series": \(every), "base": \(base), "grid": {\(axes.joined(separator: ", "))}}
            """
        try self.init(Array(json.utf8), name: name)
    }

    /// Seeds 1 to `count`, as the last axis of a grid.
    public static func seeds(_ count: Int) -> (key: String, values: [(name: String, json: String)]) {
        ("seed", (1...count).map { ("\($0)", "\($0)") })
    }
}
