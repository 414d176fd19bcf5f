// What the element asks and shows of tasks that are not from texts to texts: the page's script loads it where a model has such a task.
export { TASK_WORDS, taskView } from "../element/tasks/index.ts";
