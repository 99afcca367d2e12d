import ArgumentParser
import Files
import Formats
import SafeTensors

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a model with weights of 16 or 32 bits.",
        discussion: """
            Weights of 16 bits (f16) halve the file. They are rounded to the nearest number of 16 bits; biases, normalization, scaler and \
            metadata stay as they are. Memory and speed do not change, since weights are widened when a model is read. A model with a \
            weight that does not fit 16 bits is refused.

            Example: bearing convert runs/foa/model.safetensors --weights f16 --out foa.safetensors
            """)

    @Argument(help: ArgumentHelp("A model, of tracks or of associations.", valueName: "model"))
    var model: String
    @Option(help: "Type of the weights: f32 or f16.")
    var weights: WeightType
    @Option(help: ArgumentHelp("File to write the model to; it may be the same.", valueName: "file"))
    var out: String

    func run() throws {
        try Failure.reporting {
            try WholeFile.checkWritable(out)
            let isHungarian = try SafeTensorFile.read(model).metadata["format"] == HungarianFile.format
            if isHungarian {
                try HungarianFile.load(model).with(weights: weights).save(to: out)
            } else {
                try ModelFile.load(model).with(weights: weights).save(to: out)
            }
        }
    }
}
