// Networks and their layers: slow twins of those that Kernels does not have whole, layers that are held, evaluation by
// chunks, and models that do not fit the data.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Networks")
struct NetworkTests {
    /// Repeated and out of order, as mini-batches may be.
    private let rows: [Int32] = [3, 1, 3]
    private static let inputs = [1, 5, 17]

    private func table(_ width: Int) -> [[Float]] { (0..<4).map { seededValues(width, seed: 51, lane: $0) } }

    @Test("dense layers are weighted sums and biases, whether of few outputs or many", arguments: inputs)
    func dense(_ width: Int) {
        for outputs in [1, 16, 17, 40] {
            let layer = Dense(width, to: outputs, .he)
            let parameters = seededValues(outputs * (width + 1), seed: 52)
            let errors = rows.indices.map { seededValues(outputs, seed: 53, lane: $0) }
            let all = table(width)
            let picked = rows.map { all[Int($0)] }
            let passed = pass(layer, all, parameters: parameters, errors: errors)
            expect(
                passed.output,
                near: slowDenseForward(picked, parameters: parameters, classes: outputs).flatMap { $0 })
            expect(passed.gradient, near: slowDenseBackward(picked, errors: errors))
            let back = errors.flatMap { error in
                (0..<width).map { j in slowDot(error, (0..<outputs).map { parameters[$0 * width + j] }) }
            }
            expect(passed.inputErrors, near: back)
        }
    }

    @Test("a net works with the scratch that another has used")
    func usedScratch() throws {
        let samples = Samples(
            features: seededValues(4 * 5, seed: 51), targets: .classes([0, 1, 2, 1], of: 3), axes: [5])
        func losses(_ scratch: inout ObjectiveScratch, hidden: Int) throws -> Double {
            let values = try ParameterValues(
                [("hidden", .numbers([Double(hidden)]))], declared: Perceptron.parameters, key: "model")
            let net = try Perceptron(values).makeObjective(for: samples.shape)
            let parameters = seededValues(net.dimension, seed: 52)
            return net.loss(at: parameters.span, on: Batch(samples), scratch: &scratch)
        }
        var (used, fresh) = (ObjectiveScratch(), ObjectiveScratch())
        _ = try losses(&used, hidden: 30)
        #expect(try losses(&used, hidden: 7) == losses(&fresh, hidden: 7))
    }

    @Test("random features are the maps that they say, drawn once from their seed", arguments: inputs)
    func randomFeatures(_ width: Int) {
        let count = 30
        for (map, kernelWidth) in [(RandomFeatures.Map.rectified, 1.0), (.fourier, 0.7)] {
            let layer = RandomFeatures(map, of: width, count: count, width: kernelWidth, seed: 9)
            var random = RandomStream(seed: 9, purpose: .initialisation, lane: 1)
            var weights = [Float](repeating: 0, count: count * width)
            let turn = map == .fourier ? 2 * Double.pi * kernelWidth : 1
            random.fillGaussian(&weights, mean: 0, standardDeviation: 1 / Double(width).squareRoot() / turn)
            let shifts = (0..<count).map { _ in map == .fourier ? random.uniform() : 0 }
            let errors = rows.indices.map { seededValues(count, seed: 53, lane: $0) }
            let passed = pass(layer, table(width), parameters: [], errors: errors)
            let scale = (2 / Double(count)).squareRoot()
            var (output, back) = ([Double](), [Double](repeating: 0, count: rows.count * width))
            for (s, row) in rows.enumerated() {
                for o in 0..<count {
                    let w = Array(weights[o * width..<(o + 1) * width])
                    let z = slowDot(w, table(width)[Int(row)]) + shifts[o]
                    let (sine, cosine) = Elementary.sineCosine(ofTurns: z)
                    output.append(scale * (map == .fourier ? cosine : max(0, z)))
                    let slope = map == .fourier ? -2 * Double.pi * sine : z > 0 ? 1 : 0
                    for j in 0..<width { back[s * width + j] += scale * slope * Double(errors[s][o]) * Double(w[j]) }
                }
            }
            expect(passed.output, near: output)
            expect(passed.inputErrors, near: back)
        }
    }

    @Test("Fourier features have the Gaussian kernel as products")
    func fourierKernel() {
        let (width, count) = (6, 20_000)
        let layer = RandomFeatures(.fourier, of: width, count: count, width: 0.5, seed: 4)
        let all = table(width)
        let features = pass(layer, all, parameters: [], errors: rows.map { _ in seededValues(count) }).output
        let product = slowDot(Array(features[..<count]), Array(features[count..<2 * count]))
        let kernel = Elementary.exp(-slowSquaredDistance(all[3], all[1]) / (2 * 0.25 * Double(width)))
        #expect(abs(product - kernel) < 0.03)
    }

    @Test("layers that are held map, and only the others are trained, as if all were", arguments: 0...3)
    func holding(_ count: Int) throws {
        let samples = ObjectiveTests.data(features: 256, classes: 3, count: 5)
        let images = Samples(features: samples.features, targets: samples.targets, axes: [16, 16])
        let whole = try #require(
            try ConvolutionalNet(
                ParameterValues(
                    [("channels", .numbers([4, 6])), ("hidden", .numbers([20]))],
                    declared: ConvolutionalNet.parameters, key: "")
            ).makeObjective(for: images.shape) as? Network)
        #expect(whole.layerNames == ["convolution1", "convolution2", "dense1", "dense2"])
        var random = RandomStream(seed: 1, purpose: .initialisation)
        let parameters = whole.initialise(random: &random)
        let heldCount = whole.parameters.prefix(2 * count).reduce(0) { $0 + $1.count }
        let held = whole.holding(count, at: Array(parameters[..<heldCount]))
        let trained = Array(parameters[heldCount...])
        #expect(held.dimension == trained.count && held.allParameters == whole.parameters)
        #expect(held.parameters == Array(whole.parameters.dropFirst(2 * count)))
        var again = RandomStream(seed: 1, purpose: .initialisation)
        #expect(held.initialise(random: &again) == trained)
        var scratch = ObjectiveScratch()
        func all(_ network: Network, _ point: [Float]) -> (loss: Double, gradient: [Float], byInput: [Float]) {
            var gradient = [Float](repeating: .nan, count: point.count)
            var byInput = [Float](repeating: .nan, count: 5 * 256)
            let batch = Batch(images)
            var span = gradient.mutableSpan
            let loss = network.lossAndGradient(at: point.span, on: batch, gradient: &span, scratch: &scratch)
            var inputSpan = byInput.mutableSpan
            network.inputGradients(at: point.span, on: batch, into: &inputSpan, scratch: &scratch)
            return (loss, gradient, byInput)
        }
        let (right, partly) = (all(whole, parameters), all(held, trained))
        #expect(right.loss == partly.loss && right.byInput == partly.byInput)
        #expect(Array(right.gradient[heldCount...]) == partly.gradient)
        // What the held layers give, taken for samples, is all that those above need.
        let above = try #require(held.trainedPart as? Network)
        let embedded = held.embedded(images.weighted(by: 3))
        #expect(embedded.shape == held.shapeOfEmbeddings(of: images.shape) && embedded.weights == [3, 3, 3, 3, 3])
        #expect(above.dimension == held.dimension && above.embedded(embedded) == embedded)
        var gradient = [Float](repeating: .nan, count: trained.count)
        var span = gradient.mutableSpan
        let loss = above.lossAndGradient(
            at: trained.span, on: Batch(embedded.unweighted), gradient: &span, scratch: &scratch)
        #expect(loss == partly.loss && gradient == partly.gradient)
    }

    @Test("chunks of an evaluation have no influence, and a scratch none from one network on the next")
    func chunks() throws {
        let samples = ObjectiveTests.data(features: 12, classes: 3, count: 2_100)
        var scratch = ObjectiveScratch()
        for widths in [[30], [7, 50], []] {
            let objective = try CatalogObjective(
                type: Perceptron.self, given: [("hidden", .numbers(widths.map(Double.init)))]
            ).objective(for: samples.shape)
            var random = RandomStream(seed: 5, purpose: .initialisation)
            let point = objective.initialise(random: &random)
            let whole = objective.loss(at: point.span, on: Batch(samples), scratch: &scratch)
            let evaluation = objective.evaluate(point.span, on: samples, scratch: &scratch)
            #expect(abs(evaluation.meanLoss - whole) < 1e-12 && evaluation.count == 2_100)
            var fresh = ObjectiveScratch()
            #expect(objective.evaluate(point.span, on: samples, scratch: &fresh) == evaluation)
        }
    }

    @Test(
        "a model that does not fit the data says what is allowed",
        arguments: [
            ("convolutional", SampleShape(featureCount: 64, targets: .classes(10)), "rows and columns"),
            ("convolutional", SampleShape(axes: [8, 8], targets: .classes(10)), "larger images"),
            ("convolutional", SampleShape(axes: [28, 28], targets: .values), "predicts classes"),
            ("linear", SampleShape(featureCount: 4, targets: .classes(2)), "real values"),
            ("logistic", SampleShape(featureCount: 4, targets: .classes(3)), "allowed for more: softmax"),
            ("softmax", SampleShape(featureCount: 4, targets: .values), "have real values"),
        ])
    func misfits(_ name: String, _ shape: SampleShape, _ words: String) throws {
        let type = try ModelCatalog.all.entry(named: name)
        let fault = #expect(throws: ConfigurationFault.self) {
            try CatalogObjective(type: type).objective(for: shape)
        }
        #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
    }

    // MARK: - One layer

    private struct Passed {
        let output: [Float]
        let gradient: [Float]
        let inputErrors: [Float]
    }

    /// Forward and backward; the gradient is written behind three elements, which stay.
    private func pass(_ layer: any Layer, _ table: [[Float]], parameters: [Float], errors: [[Float]]) -> Passed {
        var scratch = LayerScratch()
        let (input, errors) = (table.flatMap { $0 }, errors.flatMap { $0 })
        var output = [Float](repeating: .nan, count: rows.count * layer.outputCount)
        var gradient = [Float](repeating: -7, count: 3 + parameters.count)
        var inputErrors = [Float](repeating: .nan, count: rows.count * layer.inputCount)
        var span = output.mutableSpan
        layer.forward(input.span, rows: rows.span, parameters: parameters.span, into: &span, scratch: &scratch)
        var gradientSpan = gradient.mutableSpan
        layer.backward(input.span, rows: rows.span, errors: errors.span, into: &gradientSpan, at: 3, scratch: &scratch)
        var inputSpan = inputErrors.mutableSpan
        layer.inputErrors(
            input.span, rows: rows.span, output: output.span, errors: errors.span, parameters: parameters.span,
            into: &inputSpan, scratch: &scratch)
        #expect(gradient[..<3] == [-7, -7, -7])
        return Passed(output: output, gradient: Array(gradient[3...]), inputErrors: inputErrors)
    }

    private func expect(_ values: [Float], near expected: [Double]) {
        #expect(values.count == expected.count)
        let distance = zip(values, expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(distance < 2e-5)
    }
}
