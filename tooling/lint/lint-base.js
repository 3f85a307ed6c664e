import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export function lintBase(_packageName, directory) {
  return tseslint.config(
    { ignores: ['dist/**', '**/_generated/**', '*.config.js'] },
    js.configs.recommended,
    ...tseslint.configs.strictTypeChecked,
    { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: directory } } },
  )
}
