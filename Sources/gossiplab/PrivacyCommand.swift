// gossiplab privacy: what noise DP-SGD needs, or what it gives, without a run.
import JSON
import Learning
import Platform
import Registry

enum PrivacyCommand: Command {
    static let name = "privacy"
    static let usage = "privacy"
    static let summary = "The ε that noise comes to, or the noise that an ε needs, by the Rényi accountant."
    static let flags = [
        Flag("samples", "M", "samples of a node"),
        Flag("batch", "B", "expected samples of a local step, drawn by Poisson sampling"),
        Flag("steps", "T", "local steps: rounds x localSteps"),
        Flag("noise", "Z", "the noise multiplier: deviation of the noise on a sum of gradients over their clip"),
        Flag("epsilon", "E", "in place of --noise: the least multiplier for it"),
        Flag("delta", "D", "δ, above 0 and below 1 (default 1e-5)"), Flag("json", nil, "an object"),
    ]

    static let examples = [
        Example(
            "privacy --samples 4000 --batch 100 --steps 1000 --epsilon 3",
            "the noise that comes to ε = 3 in so many steps")
    ]

    private static let most = 1_000_000_000

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.isEmpty else {
            throw ConfigurationFault(.unknown(noun: "argument", given: flags.words[0], known: []))
        }
        let samples = try count(flags, "samples", "samples of a node, as in 4000")
        let batch = try count(flags, "batch", "samples of a step, as in 100")
        let steps = try count(flags, "steps", "local steps of the run, as in 1000")
        let delta = try number(flags, "delta", "above 0 and below 1") { $0 > 0 && $0 < 1 } ?? 1e-5
        let noise = try number(flags, "noise", "0 or more") { $0 >= 0 && $0.isFinite }
        let epsilon = try number(flags, "epsilon", "above 0") { $0 > 0 && $0.isFinite }
        let rate = PrivateGradient.rate(batchSize: batch, of: samples)
        let multiplier: Double
        switch (noise, epsilon) {
        case (let noise?, nil): multiplier = noise
        case (nil, let epsilon?):
            guard let least = RenyiAccountant.noise(for: epsilon, rate: rate, steps: steps, delta: delta) else {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "--epsilon", given: "\(epsilon)",
                        allowed: "above \(RenyiAccountant.leastEpsilon(delta: delta)) with this delta"))
            }
            multiplier = least
        default:
            throw ConfigurationFault(.missing(key: "--noise or --epsilon", expected: "one of them"))
        }
        let accountant = RenyiAccountant(rate: rate, noise: multiplier)
        let best = accountant.best(steps: steps, delta: delta)
        let improved = accountant.epsilon(steps: steps, delta: delta, .improved)
        if flags.has("json") {
            var line = JSONLine()
            line.add("noiseMultiplier", multiplier)
            line.add("epsilon", best.epsilon)
            line.add("order", best.order)
            line.add("epsilonImproved", improved)
            line.add("delta", delta)
            line.add("rate", rate)
            line.add("steps", steps)
            try StandardOutput.print(json: String(decoding: line.line(), as: UTF8.self))
        } else {
            try StandardOutput.print(lines: [
                "noise multiplier  \(multiplier)", "epsilon           \(best.epsilon)   (order \(best.order))",
                "          better  \(improved)   (improved conversion)", "delta             \(delta)",
                "sampling rate     \(rate)   (\(batch) of \(samples))", "steps             \(steps)",
            ])
        }
        return ExitCode.success
    }

    private static func count(_ flags: Flags, _ name: String, _ expected: String) throws(ConfigurationFault) -> Int {
        _ = try flags.required(name, expected)
        return try flags.count(name, 1...most, default: 1)
    }

    private static func number(
        _ flags: Flags, _ name: String, _ allowed: String, where isAllowed: (Double) -> Bool
    ) throws(ConfigurationFault) -> Double? {
        guard let text = flags.value(name) else { return nil }
        guard let number = Double(text), isAllowed(number) else {
            throw ConfigurationFault(.notAllowed(key: "--\(name)", given: "'\(text)'", allowed: "a number \(allowed)"))
        }
        return number
    }
}
