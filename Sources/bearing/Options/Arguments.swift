public import ArgumentParser
public import Dataset
public import Networks
import Training

// Names that options take as they stand in model files and data sets.

extension DatasetFormat: ExpressibleByArgument {}
extension DOAnetArchitecture.Form: ExpressibleByArgument {}
