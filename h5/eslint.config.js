// Rules for the phone app. Layout is prettier's alone: what both could say is switched off here.
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import vue from "eslint-plugin-vue";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

const BROWSER = { document: "readonly", window: "readonly" };
const NODE = { console: "readonly", process: "readonly", URL: "readonly" };
const WORKER = { self: "readonly", caches: "readonly", fetch: "readonly", Request: "readonly", URL: "readonly" };

export default defineConfig(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  ts.configs.strict,
  vue.configs["flat/recommended"],
  {
    files: ["src/**/*.ts", "src/**/*.vue", "tests/**/*.ts"],
    languageOptions: {
      globals: BROWSER,
      parserOptions: {
        parser: ts.parser,
        project: ["tsconfig.json", "tsconfig.test.json"],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".vue"],
      },
    },
    rules: {
      // a promise that nobody waits for hides what went wrong: `void` says that it is meant
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-meaningless-void-operator": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-undef": "off", // TypeScript's part
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  { files: ["**/*.test.ts", "tests/**"], rules: { "@typescript-eslint/no-extraneous-class": "off" } },
  { files: ["scripts/**/*.mjs", "*.config.*"], languageOptions: { globals: NODE } },
  { files: ["src/worker.js"], languageOptions: { globals: { ...WORKER, __FILES__: "readonly" } } },
  prettier,
);
