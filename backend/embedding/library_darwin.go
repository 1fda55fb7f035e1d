package embedding

// libraryName is ONNX Runtime's file below the resources folder.
const libraryName = "onnxruntime/libonnxruntime.dylib"
