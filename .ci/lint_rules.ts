/** The longest name that a test may have, in characters. */
export const LONGEST_TEST_NAME = 80;

/** Rules for `deno lint` of this repository's own. */
const rules: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "test-name": {
      create: (context) => ({
        CallExpression({ callee, arguments: [first] }) {
          if (
            callee.type !== "MemberExpression" ||
            callee.property.type !== "Identifier" ||
            !["test", "step", "ignore", "only"].includes(
              callee.property.name,
            ) ||
            first === undefined
          ) return;
          const { node, text } = nameIn(first);
          if (text.length <= LONGEST_TEST_NAME) return;
          context.report({
            node,
            message: "The name of a test must have at most " +
              `${LONGEST_TEST_NAME} characters: it has ${text.length}`,
            hint: "Say what holds, in one short sentence",
          });
        },
      }),
    },
  },
};
export default rules;

/** The name that a test's first argument gives; of a template, its fixed part. */
function nameIn(
  node: Deno.lint.Node,
): { readonly node: Deno.lint.Node; readonly text: string } {
  if (node.type === "Literal" && typeof node.value === "string") {
    return { node, text: node.value };
  }
  if (node.type === "TemplateLiteral") {
    return { node, text: node.quasis.map(({ cooked }) => cooked).join("") };
  }
  if (node.type === "BinaryExpression") {
    return { node, text: nameIn(node.left).text + nameIn(node.right).text };
  }
  for (
    const property of node.type === "ObjectExpression" ? node.properties : []
  ) {
    if (
      property.type === "Property" && property.key.type === "Identifier" &&
      property.key.name === "name"
    ) return nameIn(property.value);
  }
  return { node, text: "" };
}
