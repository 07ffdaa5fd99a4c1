// The names and shapes of what a model's vector is made of, for files that other tools read.
import Learning
import Tensors

extension TensorLayout {
    /// Of an objective's parameters.
    init(of objective: any Objective) { self.init(objective.parameters.map { ($0.name, $0.axes) }) }
}
