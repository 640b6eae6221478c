import template from "../connectors/_template/index.ts";
import { describeConnector } from "../src/connector/kit/describe-connector.ts";

describeConnector(template, new URL("../connectors/_template/", import.meta.url));
