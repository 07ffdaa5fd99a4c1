// The names and shapes of what a model's vector is made of, for files that other tools read.
import Learning
import Tensors

extension TensorLayout {
    /// Of the vectors that an objective trains on data of this shape.
    init(of objective: any Objective, featureCount: Int, classCount: Int) {
        guard objective is SoftmaxRegression else {
            self.init([
                (ModelFile.name, [objective.dimension(featureCount: featureCount, classCount: classCount)])
            ])
            return
        }
        self.init([("weight", [classCount, featureCount]), ("bias", [classCount])])
    }
}
