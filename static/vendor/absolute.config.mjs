// For smaller_flags.py: paths with absolute coordinates, so that a part of a path can be read by itself.
export default {
  plugins: [{ name: "convertPathData", params: { utilizeAbsolute: true, forceAbsolutePath: true, floatPrecision: 1 } }],
};
